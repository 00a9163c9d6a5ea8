import type { Message } from '@parley/protocol';

/** One utterance of a call, as it goes into the conversation. */
export interface Utterance {
  role: 'user' | 'assistant';
  text: string;
  /** The person spoke over it. */
  interrupted: boolean;
  /** The person typed it. */
  typed?: true;
  /** Makes the append idempotent: `<callId>/<contentId>`. */
  key: string;
}

/** The conversation a call belongs to. */
export interface CallLog {
  readonly conversationId: string;
  /** The newest messages, oldest first. */
  recent(limit: number): Promise<Message[]>;
  /**
   * Appends an utterance, once per key. Without a place in the log it was not kept: the caller does not want it.
   *
   * @throws ParleyError `store_unavailable` (worth another try), `conversation_not_found` (deleted meanwhile)
   */
  append(utterance: Utterance): Promise<{ id: string; seq?: number }>;
}
