/** Rounds of the runner before those that it counts. */
const WARM_UP = 2;

/**
 * A contender that only tells what was measured before, a round at a time. One look at a server sees many sides of it, and
 * the runner wants each side as a table of its own.
 */
export function playBack(values: readonly number[]): () => number {
  let next = -WARM_UP;
  return () => values[Math.max(0, next++)]!;
}
