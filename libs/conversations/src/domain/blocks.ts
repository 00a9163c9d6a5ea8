/** How many people one may block: their ids are kept in one item of the store. */
export const MOST_BLOCKED = 1_000;

/** Whom people do not want to hear, each for himself. Every function throws `store_unavailable` in an outage. */
export interface Blocks {
  /** Again is harmless. @throws ParleyError `too_large` for one more than `MOST_BLOCKED` */
  block(principalId: string, whom: string): Promise<void>;
  /** Of one who is not blocked is harmless. */
  unblock(principalId: string, whom: string): Promise<void>;
  /**
   * Whom one blocks the other blocks too from now on, but not himself: a guest has signed in. Of what no longer fits on his
   * list nothing is taken. Again is harmless.
   */
  takeOver(fromId: string, toId: string): Promise<void>;
  /** Keeps nothing of a list whose person is no longer there. */
  forget(principalId: string): Promise<void>;
  /** Whom each of these people blocks; who blocks nobody may be left out. Reads a hundred at once. */
  of(principalIds: readonly string[]): Promise<Map<string, ReadonlySet<string>>>;
  /**
   * Who blocked or unblocked somebody since then, as it was known a moment ago: ask for some time more than has passed.
   *
   * @param since epoch milliseconds
   */
  changedSince(since: number): Promise<string[]>;
}
