/** Who writes an answer in a conversation, as everybody may know it. */
export interface GenerationClaim {
  conversationId: string;
  /** Also the id of the message that is written. */
  generationId: string;
  /** Equal for a re-sent request and for nothing else. */
  key: string;
  /** For whom it is written. */
  principalId: string;
  /** That is a guest. Not of older claims. */
  guest?: true;
  /** Who writes it. */
  assistant: string;
  /** The conversation's `seq` when it was asked for: what is written stands behind it. Not of older claims. */
  head?: number;
  state: 'running' | 'ended';
  /** Ended with an answer that stands in the log. */
  succeeded: boolean;
  /** Epoch milliseconds up to which its producer is believed to live; it says so again long before. 0 when it never did. */
  leaseUntil: number;
  endedAt?: number;
}

export type ClaimDraft = Pick<
  GenerationClaim,
  'conversationId' | 'generationId' | 'key' | 'principalId' | 'guest' | 'assistant' | 'head'
>;

/**
 * How long a producer is believed to live without a sign. Readers notice its death at the latest this long, and their
 * own look (a second), after it: within 10 s.
 */
export const LEASE_MS = 7_500;
/** A process that produces says so often that it lives: one sign may be lost. */
export const RENEW_MS = 2_500;

/**
 * At most one generation runs in a conversation, on whatever replica: facts in the store, changed by conditional writes.
 * Every function throws ParleyError `store_unavailable` in an outage.
 */
export interface GenerationClaims {
  /** The running generation of a conversation, or the last one. */
  find(conversationId: string): Promise<GenerationClaim | undefined>;

  /**
   * Takes the conversation's place. `current` is what `find` told; if it is not so any more, or if that one runs and
   * lives, nothing is taken and `undefined` answered.
   */
  take(draft: ClaimDraft, current: GenerationClaim | undefined): Promise<GenerationClaim | undefined>;

  /**
   * This process lives, and with it everything that it has taken: one sign for all. Answers which of its generations are to
   * end: somebody wants it, or has taken them over.
   */
  renew(): Promise<string[]>;

  /** Nothing is written any more. `false` when it had ended already, or the conversation is gone. */
  finish(claim: GenerationClaim, outcome: { succeeded: boolean }): Promise<boolean>;

  /** Nothing was begun: the place is given back as it was found, with what ended there before. */
  release(claim: GenerationClaim, former: GenerationClaim | undefined): Promise<void>;

  /** Asks the producer to stop, wherever it is. `false` when it does not run. */
  stop(claim: GenerationClaim): Promise<boolean>;

  /**
   * Takes over from a producer that gave no sign for a lease: whoever gets the claim keeps what there is of the answer and
   * finishes it. `undefined` when it lives, has ended, or somebody else was first.
   */
  takeOver(claim: GenerationClaim): Promise<GenerationClaim | undefined>;

  /** Generations whose producer gave no sign for a lease. */
  abandoned(): AsyncGenerator<GenerationClaim>;
}
