const FIRST_MS = 100;
const MOST_MS = 5_000;

/**
 * How long to wait before the next attempt: doubling up to 5 s, and between half of that and all of it, so that a fleet that
 * lost the same server does not come back in one moment.
 *
 * @param attempt 1 for the first
 */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(most * (0.5 + random() / 2));
}
