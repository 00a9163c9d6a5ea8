/** How a call went, in numbers for the curious and for support: nothing that was said is in it. Times in milliseconds. */
export interface CallStatistics {
  /** From dialling to being heard. */
  connectMs?: number;
  /** To the service and back, when it was measured last. */
  roundTripMs?: number;
  /**
   * From the end of what the person said to the first audible sample of the answer at the loudspeaker (what that takes by
   * itself is not known to a page), of the last 50 answers.
   */
  firstAudioMs: readonly number[];
  /** Lines that were lost and found again. */
  reconnects: number;
  /** Model streams that were lost and replaced, and the silence that made. */
  resumes: number;
  resumeGapMs: number;
  bargeIns: number;
}

/** Quieter than this is no speech; RMS, 0…1. */
const SPEECH_LEVEL = 0.02;
const KEPT = 50;

/** Keeps the numbers of one call; each change is a new object. */
export class CallMeter {
  private current: CallStatistics = { firstAudioMs: [], reconnects: 0, resumes: 0, resumeGapMs: 0, bargeIns: 0 };
  private dialledAt?: number;
  private spokeAt?: number;
  private isAwaited = false;

  constructor(
    private readonly now: () => number,
    private readonly changed: (statistics: CallStatistics) => void,
  ) {}

  get statistics(): CallStatistics {
    return this.current;
  }

  dialled(): void {
    this.dialledAt = this.now();
  }
  ready(): void {
    if (this.current.connectMs !== undefined) return this.note({ reconnects: this.current.reconnects + 1 });
    if (this.dialledAt !== undefined) this.note({ connectMs: Math.round(this.now() - this.dialledAt) });
  }
  /** The microphone's level, frame by frame. */
  level(level: number): void {
    if (level >= SPEECH_LEVEL) this.spokeAt = this.now();
  }
  /** The model has understood something the person said: an answer is due. */
  understood(): void {
    this.isAwaited = true;
  }
  /** What the loudspeaker plays. */
  played({ isAudible }: { isAudible: boolean }): void {
    if (!isAudible || !this.isAwaited || this.spokeAt === undefined) return;
    this.isAwaited = false;
    const took = Math.round(this.now() - this.spokeAt);
    this.note({ firstAudioMs: [...this.current.firstAudioMs, took].slice(-KEPT) });
  }
  roundTrip(ms: number): void {
    this.note({ roundTripMs: Math.round(ms) });
  }
  resumed(gapMs: number): void {
    this.note({ resumes: this.current.resumes + 1, resumeGapMs: this.current.resumeGapMs + gapMs });
  }
  bargedIn(): void {
    this.isAwaited = false;
    this.note({ bargeIns: this.current.bargeIns + 1 });
  }

  private note(change: Partial<CallStatistics>): void {
    this.current = { ...this.current, ...change };
    this.changed(this.current);
  }
}
