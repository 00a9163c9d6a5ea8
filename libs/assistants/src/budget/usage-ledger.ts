/** What an answer or a part of a call took of a model, aborted ones included. */
export interface UsageRecord {
  /** Of the message, or the part of a call: the same one is recorded once. */
  id: string;
  /** Epoch milliseconds. */
  at: number;
  principalId: string;
  conversationId: string;
  assistant: string;
  /** Provider and model, as prices name it. */
  model: string;
  inputTokens: number;
  outputTokens: number;
  /** The provider did not count: four characters a token. */
  isEstimated: boolean;
  /** Of a call, which is recorded part by part while it goes on. */
  callId?: string;
  /** A further part of a call that is counted already: not one answer more. */
  continues?: true;
}

export interface UsageSum {
  /** `YYYY-MM-DD`, UTC. */
  day: string;
  principalId: string;
  assistant: string;
  model: string;
  /** Answers and calls. */
  answers: number;
  inputTokens: number;
  outputTokens: number;
}

/** Days, both included. */
export interface Days {
  from: string;
  to: string;
}

export interface RecordOptions {
  /** Who records holds a claim on the conversation for whose end its deletion waits: nobody has to look whether there was one. */
  isClaimed?: boolean;
}

/** What was used, by message, conversation and day. Every function throws `store_unavailable` in an outage. */
export interface UsageLedger {
  record(record: UsageRecord, options?: RecordOptions): Promise<void>;
  /** Of one principal, ascending by day. */
  ofPrincipal(principalId: string, days: Days): Promise<UsageSum[]>;
  /** Of everybody, ascending by day. */
  ofAll(days: Days): Promise<UsageSum[]>;
  /**
   * The sums of a principal until a time are nobody's any more: those of everybody stay what they are. Again is harmless; sums
   * of which it broke off half way are lost.
   *
   * @param until epoch milliseconds
   */
  forget(principalId: string, until: number): Promise<void>;
  /**
   * Of each message and each call of a conversation, by when it began: the parts of a call are one record, whose id is the
   * call's. It goes with the conversation; the sums by day stay.
   */
  ofConversation(conversationId: string): Promise<UsageRecord[]>;
}
