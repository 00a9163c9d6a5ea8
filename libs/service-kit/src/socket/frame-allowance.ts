import { ParleyError } from '@parley/errors';

/** How many frames a connection may send, beside those that have an allowance of their own. */
export interface FrameLimits {
  /** Default 20. */
  perSecond: number;
  /** At once, after a silence. Default 60. */
  burst: number;
  /** At once, before the first frame that is not counted; `burst` when left out. */
  firstBurst?: number;
  /** Events that are not counted here, as binary frames are not. */
  free?: readonly string[];
}

export const FRAME_LIMITS: FrameLimits = { perSecond: 20, burst: 60 };

/** Going on for so long above the limit ends a connection. */
const ENDURED_MS = 10_000;
/** A pause in refusals that is longer begins a new count of that. */
const PAUSE_MS = 2_000;

/** A bucket that fills by the clock when it is looked at: a timer for each socket would cost more than the frames. */
export class FrameAllowance {
  private left: number;
  private filledAt: number;
  private size: number;
  private overSince = 0;
  private refusedAt = -Infinity;
  private readonly perMs: number;

  constructor(
    private readonly limits: FrameLimits = FRAME_LIMITS,
    private readonly now: () => number = Date.now,
  ) {
    this.size = this.left = limits.firstBurst ?? limits.burst;
    this.perMs = limits.perSecond / 1_000;
    this.filledAt = now();
  }

  /** Whether an event costs nothing. The first of them ends the beginning, with its larger burst. */
  isFree(event: string): boolean {
    if (this.limits.free?.includes(event) !== true) return false;
    this.begun();
    return true;
  }

  /** A frame that is not counted came: the usual burst holds from now on. */
  begun(): void {
    if (this.size === this.limits.burst) return;
    this.size = this.limits.burst;
    this.left = Math.min(this.left, this.size);
  }

  /** Counts a frame. @throws ParleyError `too_fast`, which says when there is room again */
  take(): void {
    const now = this.now();
    this.left = Math.min(this.size, this.left + (now - this.filledAt) * this.perMs);
    this.filledAt = now;
    if (this.left >= 1) {
      this.left -= 1;
      return;
    }
    if (now - this.refusedAt > PAUSE_MS) this.overSince = now;
    this.refusedAt = now;
    throw new ParleyError('too_fast', { retryAfterMs: Math.ceil((1 - this.left) / this.perMs) });
  }

  /** Whether it went on so long that the connection is to be ended. */
  get isAbused(): boolean {
    return this.refusedAt - this.overSince >= ENDURED_MS;
  }
}
