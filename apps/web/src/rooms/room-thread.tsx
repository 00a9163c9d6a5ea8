import { useEffect, useRef, useState, type FormEvent } from 'react';
import type { Draft, Outgoing, ParleyMessage } from '@parley/client';
import { LIMITS, textOf, type Part } from '@parley/protocol';
import { useFollow } from '../conversation/use-follow';
import { whenOf } from '../list/when';
import { useSay } from '../ui/announcer';
import { useReturnedFocus } from '../ui/focus';
import { HiddenMessage } from './hidden-message';

interface RoomThreadProps {
  roomId: string;
  me?: string;
  messages: readonly ParleyMessage[];
  outgoing: readonly Outgoing[];
  drafts: readonly Draft[];
  /** Where there is more before. */
  onEarlier?: (() => void) | undefined;
  onEdit: (id: string, text: string) => void;
  onDelete: (id: string) => void;
  onForget: (clientId: string) => void;
}

/** What was said in a room, what is on its way there, and what assistants are writing. */
export function RoomThread({
  roomId,
  me,
  messages,
  outgoing,
  drafts,
  onEarlier,
  onForget,
  ...actions
}: RoomThreadProps) {
  const end = useFollow([messages, outgoing, drafts]);
  useMessagesSaid(messages, me);
  return (
    <div className="thread" tabIndex={0} role="region" aria-label="Messages" ref={end}>
      {onEarlier !== undefined && (
        <button type="button" className="button button-plain thread-earlier" onClick={onEarlier}>
          Show earlier messages
        </button>
      )}
      {messages.length === 0 && outgoing.length === 0 && <p className="page-empty">Nothing was said here yet.</p>}
      {/* What others say is read out by useMessagesSaid: once, and not what was loaded or is still being written. */}
      <div role="log" aria-live="off" aria-label="Conversation">
        <ul className="thread-items">
          {messages.map((message) =>
            message.metadata?.hidden === true ? (
              <HiddenMessage key={message.id} roomId={roomId} seq={message.metadata.seq!} />
            ) : (
              <Said key={message.id} message={message} isMine={message.metadata?.author?.id === me} {...actions} />
            ),
          )}
          {outgoing.map(({ clientId, text, error }) => (
            <li key={clientId} className="message message-user" data-testid="message" data-stage="sending">
              <div className="message-text">
                <p>{text}</p>
              </div>
              {error === undefined ? (
                <span className="message-note">On its way…</span>
              ) : (
                <span className="message-note message-refused" role="alert">
                  {error.message}{' '}
                  <button type="button" className="link-button" onClick={() => onForget(clientId)}>
                    Take it away
                  </button>
                </span>
              )}
            </li>
          ))}
          {drafts.map(({ id, text }) => (
            <li key={id} className="message message-assistant" data-testid="message" data-stage="streaming" aria-busy>
              <span className="message-note">An answer is being written…</span>
              <div className="message-text">
                <p>{text}</p>
              </div>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** Tells those who listen what others say from now on, and nothing of somebody they blocked. */
function useMessagesSaid(messages: readonly ParleyMessage[], me: string | undefined): void {
  const say = useSay();
  const told = useRef(messages.at(-1)?.metadata?.seq ?? 0);
  useEffect(() => {
    for (const { parts, metadata } of messages) {
      const seq = metadata?.seq ?? 0;
      if (seq <= told.current) continue;
      told.current = seq;
      if (metadata?.author?.id !== me && metadata?.hidden !== true)
        say(`${nameOf(metadata)}: ${textOf(parts as unknown as Part[])}`);
    }
  }, [messages, me, say]);
}

const nameOf = (metadata: ParleyMessage['metadata']): string => metadata?.author?.name ?? 'Somebody';

interface SaidProps extends Pick<RoomThreadProps, 'onEdit' | 'onDelete'> {
  message: ParleyMessage;
  isMine: boolean;
}

function Said({ message: { id, parts, metadata }, isMine, onEdit, onDelete }: SaidProps) {
  const text = textOf(parts as unknown as Part[]);
  const [draft, setDraft] = useState<string>();
  const name = nameOf(metadata);
  const editButton = useReturnedFocus<HTMLButtonElement>(draft !== undefined);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    const wanted = draft?.trim() ?? '';
    if (wanted !== '' && wanted !== text) onEdit(id, wanted);
    setDraft(undefined);
  };
  return (
    <li className={`message message-${isMine ? 'user' : 'assistant'}`} data-testid="message" data-stage="final">
      <span className="message-note">
        <strong>{isMine ? 'You' : name}</strong> {metadata?.createdAt === undefined ? '' : whenOf(metadata.createdAt)}
      </span>
      {draft === undefined ? (
        <div className="message-text">
          <p>{text}</p>
        </div>
      ) : (
        <form className="row-form" onSubmit={save}>
          <input
            aria-label="Your message"
            maxLength={LIMITS.messageCharacters}
            value={draft}
            autoFocus
            onChange={({ target }) => setDraft(target.value)}
            onKeyDown={({ key }) => key === 'Escape' && setDraft(undefined)}
          />
          <button type="submit" className="button button-primary">
            Save
          </button>
        </form>
      )}
      {isMine && draft === undefined && (
        <span className="message-actions">
          <button ref={editButton} type="button" className="link-button" onClick={() => setDraft(text)}>
            Edit
          </button>
          <button type="button" className="link-button" onClick={() => onDelete(id)}>
            Delete
          </button>
        </span>
      )}
    </li>
  );
}
