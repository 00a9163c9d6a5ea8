import { randomUUID } from 'node:crypto';
import type { CallLog } from '../../call/ports/call-log.port';

/**
 * Of a caller who does not let us write down what is said: the call reads its conversation, and nothing of the call gets
 * there. What it says of the present call it knows by its memory alone, so another replica cannot go on where this one was.
 */
export class UnkeptCallLog implements CallLog {
  constructor(private readonly log: CallLog) {}

  get conversationId(): string {
    return this.log.conversationId;
  }

  recent(limit: number): ReturnType<CallLog['recent']> {
    return this.log.recent(limit);
  }

  /** Shown, and in no log: it has an id and no place. */
  async append(): Promise<{ id: string }> {
    return { id: randomUUID() };
  }
}
