/**
 * Chunks that come within this time are one write. One write a chunk costs four times as much CPU, and readers elsewhere
 * are 25 ms behind at the most.
 */
const BATCH_MS = 25;

/** One timer for all writers: what is due together leaves together. */
export class BatchClock {
  private due = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;

  /** Calls `flush` once, at the end of the batch that is being collected. */
  soon(flush: () => void): void {
    this.due.add(flush);
    this.timer ??= setTimeout(() => this.tick(), BATCH_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.due.clear();
  }

  private tick(): void {
    this.timer = undefined;
    const due = this.due;
    this.due = new Set();
    for (const flush of due) flush();
  }
}
