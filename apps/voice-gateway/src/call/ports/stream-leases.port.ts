/** The right to hold one stream to the model open. */
export interface StreamLease {
  /** Gives it back. Safe to call twice; never rejects: a lease that cannot be given back runs out. */
  release(): Promise<void>;
}

/**
 * The streams that all replicas together may hold open: the account's quota. A small reserve is kept for rotations, since a
 * call needs a second stream for a moment while its first is replaced. A dead replica's leases run out.
 */
export interface StreamLeases {
  /**
   * @param purpose `call` may not touch the reserve, `rotation` may
   * @returns `undefined` when all are taken
   * @throws ParleyError `store_unavailable`
   */
  acquire(purpose: 'call' | 'rotation'): Promise<StreamLease | undefined>;
}
