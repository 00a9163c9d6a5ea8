import type { Author, Entry } from '@parley/protocol';

/** In whose name what was erased stands, where its place has to stay. All who were erased are this one. */
export const ERASED: Author = { kind: 'user', id: 'erased', name: 'Erased' };

/** A person wants erased what he left. */
export interface ErasureWish {
  principalId: string;
  /** Epoch milliseconds: what was left until then goes. */
  until: number;
  /** It was all gone once. What was still under way then is looked for once more, later. */
  isPassed: boolean;
}

/** Wishes as lasting facts: one that its process did not live to fulfil is another's to go on with. */
export interface ErasureWishes {
  /** Again, the later time counts. @throws ParleyError `store_unavailable` */
  add(principalId: string, until: number): Promise<ErasureWish>;
  /** All that are not fulfilled. @throws ParleyError `store_unavailable` */
  all(): Promise<ErasureWish[]>;
  /** @throws ParleyError `store_unavailable` */
  passed(wish: ErasureWish): Promise<void>;
  /** Forgets the wish, unless it was made anew meanwhile. @throws ParleyError `store_unavailable` */
  fulfilled(wish: ErasureWish): Promise<void>;
}

/** Takes a principal out of what others keep on reading. */
export interface ErasedPrincipals {
  /**
   * Erases what a principal left in conversations until a time. His own are deleted; a room of his that has other people in it is
   * one of theirs then, an owner's first. From others' rooms he is gone, and what he wrote there, what was answered to
   * him included, however late it came, is taken out: its place in the log stays, and a `deleted` entry in the name of `ERASED` tells those who
   * have read it. Every step may be done again, by any process: what stopped half way is finished by calling it again.
   *
   * @throws ParleyError `store_unavailable`
   */
  erasePrincipal(principalId: string, options: ErasureOptions): Promise<void>;
}

export interface ErasureOptions {
  /** Epoch milliseconds. */
  until: number;
  /**
   * Nothing that the principal began until then is still under way. Before, it stays known in which rooms he was: an append
   * that had passed its checks may come behind the one who erases.
   */
  isSettled: boolean;
  /** Told each `deleted` entry, once it is in the log. */
  told?: (entry: Entry) => void;
}
