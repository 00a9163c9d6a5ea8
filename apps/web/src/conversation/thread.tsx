import { useEffect, useRef, type RefObject } from 'react';
import type { ParleyMessage, TranscriptLine } from '@parley/client';
import { useSaid, useSay } from '../ui/announcer';
import { LineItem, MessageItem } from './thread-item';
import { useFollow } from './use-follow';

interface ThreadProps {
  messages: readonly ParleyMessage[];
  /** Of the call that is on in this conversation. */
  lines: readonly TranscriptLine[];
  /** Who speaks in it. */
  speaker?: string;
  state: 'idle' | 'waiting' | 'streaming';
  hasEarlier: boolean;
  onEarlier: () => void;
}

/** What was said and written, in one list; a line of a call that the log already gave is shown once. */
export function Thread({ messages, lines, speaker, state, hasEarlier, onEarlier }: ThreadProps) {
  const known = new Set(messages.flatMap(({ id, metadata }) => [id, metadata?.seq]));
  const fresh = lines.filter(({ messageId, seq }) => !known.has(messageId ?? '') && !known.has(seq ?? -1));
  const end = useFollow([messages, lines]);
  useAnswerSaid(end, state);
  return (
    <div className="thread" tabIndex={0} role="region" aria-label="Messages" ref={end}>
      {hasEarlier && (
        <button type="button" className="button button-plain thread-earlier" onClick={onEarlier}>
          Show earlier messages
        </button>
      )}
      {/* Nothing of it is read out as it grows: a written answer is said once and whole, a spoken one was heard. */}
      <div role="log" aria-live="off" aria-label="Conversation">
        <ul className="thread-items">
          {messages.map((message, n) => (
            <MessageItem
              key={message.id}
              message={message}
              joined={isSameVoice(messages[n - 1], message)}
              streaming={state === 'streaming' && n === messages.length - 1}
            />
          ))}
          {fresh.map((line, n) => (
            <LineItem key={line.key} line={line} author={speaker} joined={isSameLine(fresh[n - 1], line)} />
          ))}
        </ul>
      </div>
      {state === 'waiting' && (
        <p className="waiting" aria-hidden="true">
          <span className="loading-dots">
            <span />
            <span />
            <span />
          </span>
        </p>
      )}
    </div>
  );
}

function isSameVoice(before: ParleyMessage | undefined, message: ParleyMessage): boolean {
  const { callId, typed } = message.metadata ?? {};
  if (callId === undefined || before?.metadata?.callId !== callId) return false;
  return before.role === message.role && before.metadata.typed === typed;
}

const isSameLine = (before: TranscriptLine | undefined, { role, typed }: TranscriptLine): boolean =>
  before?.role === role && before.typed === typed;

/** Tells those who listen that an answer is on its way, and the answer itself when it is complete, as it is shown. */
function useAnswerSaid(thread: RefObject<HTMLElement | null>, state: ThreadProps['state']): void {
  const say = useSay();
  const isExpected = useRef(false);
  useSaid(state === 'waiting' ? 'The answer is on its way' : undefined);
  useEffect(() => {
    if (isExpected.current && state === 'idle') {
      const answer = thread.current?.querySelector<HTMLElement>('.message-assistant:last-child');
      if (answer) say(answer.innerText);
    }
    isExpected.current = state !== 'idle';
  }, [thread, state, say]);
}
