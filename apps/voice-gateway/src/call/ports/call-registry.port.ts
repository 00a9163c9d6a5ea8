/** The facts of a call that another replica needs to go on with it. */
export interface CallRecord {
  callId: string;
  principalId: string;
  conversationId: string;
  assistant: string;
  voiceId?: string;
  language?: string;
  startedAt: number;
}

/** A call of this replica that goes on, and how many streams to the model it holds open now. */
export interface GoingOn {
  callId: string;
  streams: number;
}

/**
 * Who carries on a call: facts that every replica agrees on. A call that is not renewed for a minute is over, whatever
 * became of its replica.
 */
export interface CallRegistry {
  /**
   * Notes a new call as this replica's; again, where it is not known whether the first time arrived. `false` when another
   * replica has taken it since, which keeps it.
   *
   * @throws ParleyError `store_unavailable`
   */
  open(record: CallRecord): Promise<boolean>;
  /**
   * Makes a call of this principal ours, whoever carried it on before. `undefined` for one that is unknown, somebody
   * else's, or over: they are told apart nowhere.
   *
   * @throws ParleyError `store_unavailable`
   */
  take(callId: string, principalId: string): Promise<CallRecord | undefined>;
  /** Says that these calls go on, and answers those that another replica has taken. An outage answers none. */
  renew(calls: readonly GoingOn[]): Promise<string[]>;
  /** A call of ours is over: nobody takes it any more. Does nothing to one that another replica has taken. */
  close(callId: string): Promise<void>;
}
