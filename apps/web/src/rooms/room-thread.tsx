import { useState, type FormEvent } from 'react';
import type { Draft, Outgoing, ParleyMessage } from '@parley/client';
import { LIMITS, textOf, type Part } from '@parley/protocol';
import { useFollow } from '../conversation/use-follow';
import { whenOf } from '../list/when';
import { HiddenMessage } from './hidden-message';

interface RoomThreadProps {
  roomId: string;
  me?: string;
  messages: readonly ParleyMessage[];
  outgoing: readonly Outgoing[];
  drafts: readonly Draft[];
  onEarlier?: () => void;
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
  const hasEarlier = (messages[0]?.metadata?.seq ?? 1) > 1;
  return (
    <div className="thread" tabIndex={0} role="region" aria-label="Messages" ref={end}>
      {hasEarlier && onEarlier !== undefined && (
        <button type="button" className="button button-plain thread-earlier" onClick={onEarlier}>
          Show earlier messages
        </button>
      )}
      {messages.length === 0 && outgoing.length === 0 && <p className="page-empty">Nothing was said here yet.</p>}
      <div role="log" aria-live="polite" aria-relevant="additions" aria-label="Conversation">
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

interface SaidProps extends Pick<RoomThreadProps, 'onEdit' | 'onDelete'> {
  message: ParleyMessage;
  isMine: boolean;
}

function Said({ message: { id, parts, metadata }, isMine, onEdit, onDelete }: SaidProps) {
  const text = textOf(parts as unknown as Part[]);
  const [draft, setDraft] = useState<string>();
  const name = metadata?.author?.name ?? 'Somebody';
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
          <button type="button" className="link-button" onClick={() => setDraft(text)}>
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
