/** When a stream is replaced, counted from its opening and from the last speech in it. Milliseconds. */
export interface RotationTimes {
  /** From here on a quiet moment is waited for. Each stream adds its own share of `jitterMs`. */
  softMs: number;
  /** So that the calls that began together do not rotate together and ask for two streams each at once. */
  jitterMs: number;
  /** From here on the next pause in speech must do, and after `lastMs` no pause is waited for. */
  forceMs: number;
  lastMs: number;
  /** A stream in which nobody spoke for so long is replaced at once; half of `jitterMs` is taken off. */
  silentMs: number;
}

/**
 * The times for a model that ends a stream after `lifeMs` of its wall clock (Nova Sonic: 8 minutes), and one in which nobody
 * speaks after somewhat more than `silentMs` although silence is sent (seen at 296 s).
 */
export const rotationTimes = (lifeMs: number, silentMs: number): RotationTimes => ({
  softMs: lifeMs * 0.75,
  jitterMs: Math.min(lifeMs / 12, silentMs / 5),
  forceMs: lifeMs * 0.9,
  lastMs: lifeMs * 0.95,
  silentMs,
});

export interface StreamMoment {
  ageMs: number;
  /** Since anybody last spoke in it. */
  silentMs: number;
  /** Nobody speaks, nothing is being answered or played. */
  quiet: boolean;
  /** The caller is in the middle of a sentence. */
  callerSpeaks: boolean;
}

/** Decides when one stream is to be replaced by the next. No clock of its own. */
export class RotationPlan {
  private readonly dueMs: number;
  private readonly silentDueMs: number;

  constructor(
    private readonly times: RotationTimes,
    random: () => number = Math.random,
  ) {
    this.dueMs = times.softMs + random() * times.jitterMs;
    this.silentDueMs = times.silentMs - (random() * times.jitterMs) / 2;
  }

  /** Whether a moment is worth looking at: everything else about it costs more to find out. */
  isDue({ ageMs, silentMs }: Pick<StreamMoment, 'ageMs' | 'silentMs'>): boolean {
    return ageMs >= this.dueMs || silentMs >= this.silentDueMs;
  }

  shouldRotate({ ageMs, silentMs, quiet, callerSpeaks }: StreamMoment): boolean {
    if (!this.isDue({ ageMs, silentMs })) return false;
    if (quiet) return true;
    if (ageMs >= this.times.lastMs) return true;
    return ageMs >= this.times.forceMs && !callerSpeaks;
  }
}
