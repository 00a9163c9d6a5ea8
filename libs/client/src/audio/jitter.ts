/** A dry spell shorter than this, with speech after it, was a late arrival and not the end of an answer. */
const GAP_MS = 600;
/** A wait longer than this is worse than a gap. */
const MOST_MS = 600;
/** After so much speech without a gap the wait is shortened again, by so much. */
const CALM_MS = 10_000;
const SHORTER_MS = 25;

/**
 * How much speech to gather before it is played: as little as the line allows. It begins small, grows by each gap that was
 * heard, and shrinks again slowly. Times in milliseconds of the audio clock.
 */
export class JitterAllowance {
  private current: number;
  private calmMs = 0;
  private count = 0;
  private total = 0;

  constructor(private readonly leastMs: number) {
    this.current = leastMs;
  }

  get startMs(): number {
    return this.current;
  }
  /** Gaps that were heard in the middle of speech, and how long they were in all. */
  get gaps(): { count: number; totalMs: number } {
    return { count: this.count, totalMs: this.total };
  }

  played(ms: number): void {
    this.calmMs += ms;
    if (this.calmMs < CALM_MS) return;
    this.calmMs = 0;
    this.current = Math.max(this.leastMs, this.current - SHORTER_MS);
  }

  /** Speech came again after it had run dry for so long. */
  dryFor(ms: number): void {
    if (ms > GAP_MS) return;
    this.count += 1;
    this.total += ms;
    this.calmMs = 0;
    this.current = Math.min(MOST_MS, this.current + Math.max(ms, SHORTER_MS));
  }
}
