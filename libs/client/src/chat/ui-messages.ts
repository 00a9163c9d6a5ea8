import type { Author, Entry, Message } from '@parley/protocol';
import type { UIMessage } from 'ai';

/** What the log knows of a message beside its parts. Absent on one that `useChat` made and the log was not asked for yet. */
export interface MessageMetadata {
  seq?: number;
  createdAt?: string;
  author?: Author;
  /** The sender's own id of it: sent again under this one, it is known for the same. */
  clientId?: string;
  /** Said in this call. */
  callId?: string;
  /** In that call it was typed, not spoken. */
  typed?: true;
  interrupted?: boolean;
  /** Said by somebody whom the reader blocks: its parts are left out. */
  hidden?: true;
}
export type ParleyMessage = UIMessage<MessageMetadata>;

/**
 * Entries of the log as messages for `useChat`: edits are put in, what was deleted or superseded is left out. Entries may
 * come in any number of pages, in ascending order.
 */
export function toUiMessages(entries: readonly Entry[]): ParleyMessage[] {
  const messages = new Map<string, ParleyMessage>();
  for (const entry of entries) {
    switch (entry.type) {
      case 'message':
        messages.set(entry.id, toUiMessage(entry));
        break;
      case 'edited': {
        const edited = messages.get(entry.of);
        if (edited !== undefined) messages.set(entry.of, { ...edited, parts: entry.parts as ParleyMessage['parts'] });
        break;
      }
      case 'deleted':
        messages.delete(entry.of);
        break;
      case 'superseded':
        for (const [id, { metadata }] of messages) {
          if ((metadata?.seq ?? 0) >= entry.from) messages.delete(id);
        }
        break;
    }
  }
  return [...messages.values()];
}

function toUiMessage({
  id,
  role,
  parts,
  seq,
  createdAt,
  author,
  clientId,
  callId,
  typed,
  interrupted,
  hidden,
}: Message): ParleyMessage {
  return {
    id,
    role,
    parts: parts as ParleyMessage['parts'],
    metadata: {
      seq,
      createdAt,
      author,
      ...(clientId === undefined ? {} : { clientId }),
      ...(callId === undefined ? {} : { callId }),
      ...(typed === undefined ? {} : { typed }),
      ...(interrupted === undefined ? {} : { interrupted }),
      ...(hidden === undefined ? {} : { hidden }),
    },
  };
}
