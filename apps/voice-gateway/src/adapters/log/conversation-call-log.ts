import type { ConversationStore } from '@parley/conversations';
import type { Author, Message } from '@parley/protocol';
import type { CallLog, Utterance } from '../../call/ports/call-log.port';

/** A call's view of its conversation in the store. */
export class ConversationCallLog implements CallLog {
  constructor(
    private readonly store: ConversationStore,
    readonly conversationId: string,
    private readonly callId: string,
    private readonly authors: { user: Author; assistant: Author },
  ) {}

  recent(limit: number): Promise<Message[]> {
    return this.store.lastMessages(this.authors.user.id, this.conversationId, limit);
  }

  async append({ role, text, interrupted, typed, key }: Utterance): Promise<{ id: string; seq: number }> {
    const draft = {
      type: 'message' as const,
      role,
      author: this.authors[role],
      parts: [{ type: 'text' as const, text }],
      callId: this.callId,
      ...(typed ? { typed } : {}),
      ...(interrupted ? { interrupted } : {}),
    };
    return this.store.append(this.authors.user.id, this.conversationId, draft, key);
  }
}
