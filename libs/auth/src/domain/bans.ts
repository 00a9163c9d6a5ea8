/** A principal who may no longer take part, until somebody lifts it. */
export interface Ban {
  principalId: string;
  /** Epoch milliseconds. */
  at: number;
}

/** Bans as lasting facts. */
export interface Bans {
  /** Again is harmless. @throws ParleyError `store_unavailable` */
  add(ban: Ban): Promise<void>;
  /** Of one who is not banned is harmless. @throws ParleyError `store_unavailable` */
  lift(principalId: string): Promise<void>;
  /** Everybody who is banned now. @throws ParleyError `store_unavailable` */
  all(): Promise<Ban[]>;
}
