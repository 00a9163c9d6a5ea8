export type Timer = unknown;

/** Time, as far as this library needs it; tests bring their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  after(ms: number, run: () => void): Timer;
  cancel(timer: Timer | undefined): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => setTimeout(run, ms),
  cancel: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};

export interface BackoffOptions {
  /** Longest first wait. Default 500 ms. */
  firstMs?: number;
  /** Longest wait at all. Default 10 s. */
  maxMs?: number;
  random?: () => number;
}

/**
 * How long to wait before try number `attempt` (from 1): doubling, with "equal jitter": at least half of it, so that
 * nobody hammers, and the rest random, so that all the callers of a replica that left do not come back at once.
 */
export function backoffMs(
  attempt: number,
  { firstMs = 500, maxMs = 10_000, random = Math.random }: BackoffOptions = {},
) {
  const longest = Math.min(maxMs, firstMs * 2 ** (attempt - 1));
  return Math.round(longest / 2 + (random() * longest) / 2);
}
