/** A call that goes on now, as its process said it last. Nothing of what is said in it. */
export interface LiveCall {
  callId: string;
  principalId: string;
  conversationId: string;
  assistant: string;
  /** Epoch milliseconds. */
  startedAt: number;
  /** The process that carries it on. */
  replica: string;
  /** Streams to the model that it holds open: two for the moment in which one replaces the other. */
  streams: number;
}

/** The calls of all processes of the voice gateway. */
export interface LiveCalls {
  /** The oldest first. @throws ParleyError `store_unavailable` */
  all(): Promise<LiveCall[]>;
}
