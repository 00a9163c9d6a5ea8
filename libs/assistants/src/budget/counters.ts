/** Numbers and small facts that the processes of all services share. Every function throws `store_unavailable` in an outage. */
export interface Counters {
  /**
   * Changes a value as if nobody else did. `next` may be asked again when somebody was first; what it answers is kept, and
   * nothing is when it answers undefined or throws.
   *
   * @param keptMs how long the value is of interest
   */
  change<T extends object>(key: string, keptMs: number, next: (value: T | undefined) => T | undefined): Promise<void>;
  /** Adds to sums and answers them as they are then. Adding nothing reads them. */
  add(key: string, keptMs: number, amounts: Readonly<Record<string, number>>): Promise<Record<string, number>>;
}
