import { AUDIO } from '@parley/protocol';

const BYTES_PER_MS = (AUDIO.inputSampleRateHz * AUDIO.bytesPerSample) / 1_000;
/** Nobody speaks faster than time passes; the rest is a network that delivers in bursts. */
const RATE = 1.5;
const BURST_MS = 2_000;
/** What a client says again after it came back. */
const RESUME_MS = 10_000;

/** How much audio a caller may send: 1.5 times real time over 2 s, and 10 s more once after each resume. */
export class AudioAllowance {
  private leftMs: number;
  private filledAt: number;
  private droppedMs = 0;
  private toldAt = 0;

  constructor(
    { resumed }: { resumed: boolean },
    private readonly now: () => number = Date.now,
  ) {
    this.leftMs = BURST_MS + (resumed ? RESUME_MS : 0);
    this.filledAt = now();
  }

  /** Whether a frame of so many bytes passes. */
  admits(bytes: number): boolean {
    const now = this.now();
    // What was granted for a resume beyond the usual burst is used up, never filled again.
    const filled = this.leftMs + (now - this.filledAt) * RATE;
    this.leftMs = Math.max(this.leftMs, Math.min(BURST_MS, filled));
    this.filledAt = now;
    const ms = bytes / BYTES_PER_MS;
    if (ms > this.leftMs) {
      this.droppedMs += ms;
      return false;
    }
    this.leftMs -= ms;
    return true;
  }

  /** Milliseconds dropped since this last answered, at most once a second; 0 when there is nothing to tell. */
  takeDroppedMs(): number {
    if (this.droppedMs === 0 || this.now() - this.toldAt < 1_000) return 0;
    const dropped = Math.round(this.droppedMs);
    this.droppedMs = 0;
    this.toldAt = this.now();
    return dropped;
  }
}
