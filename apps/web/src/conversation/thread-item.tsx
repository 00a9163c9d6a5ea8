import { lazy, memo, Suspense } from 'react';
import type { ParleyMessage, TranscriptLine } from '@parley/client';
import { textOf, type Part } from '@parley/protocol';
import { KeyboardIcon, MicrophoneIcon } from '../ui/icons';

const Markdown = lazy(() => import('./markdown'));

interface ItemProps {
  role: 'user' | 'assistant';
  text: string;
  /** `typed`: into a call. */
  source: 'text' | 'voice' | 'typed';
  stage: TranscriptLine['stage'] | 'streaming';
  interrupted?: boolean;
  author?: string;
  /** The one before is of the same voice: the two are shown as one. */
  joined: boolean;
}

const HOW = { voice: 'Spoken', typed: 'Typed' };

const Item = memo(function Item({ role, text, source, stage, interrupted, author, joined }: ItemProps) {
  const who = role === 'user' ? 'You' : (author ?? 'Assistant');
  return (
    <li
      className={`message message-${role}`}
      data-testid="message"
      data-role={role}
      data-source={source}
      data-stage={stage}
      data-joined={joined ? '' : undefined}
      data-interrupted={interrupted === true ? '' : undefined}
      aria-busy={stage === 'streaming'}
    >
      <span className="visually-hidden">{who}: </span>
      {source !== 'text' && !joined && (
        <span className="message-mark">
          {source === 'typed' ? <KeyboardIcon /> : <MicrophoneIcon />} {role === 'user' ? HOW[source] : who}
        </span>
      )}
      <div className="message-text">
        {role === 'assistant' && source === 'text' ? (
          <Suspense fallback={<p data-testid="unrendered">{text}</p>}>
            <Markdown text={text} />
          </Suspense>
        ) : (
          <p>{text}</p>
        )}
      </div>
      {interrupted === true && <span className="message-cut">Interrupted</span>}
    </li>
  );
});

export function MessageItem({
  message,
  joined,
  streaming,
}: {
  message: ParleyMessage;
  joined: boolean;
  streaming: boolean;
}) {
  const text = textOf(message.parts as unknown as Part[]);
  if (text === '' || message.role === 'system') return null;
  return (
    <Item
      role={message.role}
      text={text}
      source={sourceOf(message)}
      stage={streaming ? 'streaming' : 'final'}
      interrupted={message.metadata?.interrupted}
      author={message.metadata?.author?.name}
      joined={joined}
    />
  );
}

function sourceOf({ metadata }: ParleyMessage): ItemProps['source'] {
  if (metadata?.callId === undefined) return 'text';
  return metadata.typed ? 'typed' : 'voice';
}

export function LineItem({ line, joined, author }: { line: TranscriptLine; joined: boolean; author?: string }) {
  return (
    <Item
      role={line.role}
      text={line.text}
      source={line.typed ? 'typed' : 'voice'}
      stage={line.stage}
      interrupted={line.interrupted}
      author={author}
      joined={joined}
    />
  );
}
