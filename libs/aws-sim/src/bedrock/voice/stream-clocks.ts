import type { SimClock } from '../clock';
import { AwsException } from '../wire/aws-exception';
import type { VoiceLimits } from './options';
import { MODEL_TIMEOUT, violation, VIOLATION } from './violations';

/** The times that end a stream: 8 minutes of it, too long a gap in its input, too long a silence in its audio. */
export class StreamClocks {
  private readonly takeBack: Partial<Record<'stream' | 'idle' | 'silence', () => void>> = {};

  constructor(
    private readonly clock: SimClock,
    private readonly limits: Pick<VoiceLimits, 'idleMs' | 'streamMs' | 'silenceMs'>,
    private readonly hooks: { onTimeout: (error: AwsException) => void; onSilence: () => void },
  ) {
    this.takeBack.stream = clock.after(limits.streamMs, () =>
      hooks.onTimeout(new AwsException('ModelTimeoutException', MODEL_TIMEOUT)),
    );
    this.heardSomething();
    this.heardSpeech();
  }

  /** Audio or interactive text came; nothing else counts. */
  heardSomething(): void {
    this.set('idle', this.limits.idleMs, () =>
      this.hooks.onTimeout(violation(VIOLATION.idle(Math.round(this.limits.idleMs / 1_000)))),
    );
  }

  heardSpeech(): void {
    if (this.limits.silenceMs !== undefined) this.set('silence', this.limits.silenceMs, this.hooks.onSilence);
  }

  /** After `promptEnd` only the longest stream counts. */
  noMoreInput(): void {
    this.takeBack.idle?.();
    this.takeBack.silence?.();
  }

  stop(): void {
    this.noMoreInput();
    this.takeBack.stream?.();
  }

  private set(name: 'idle' | 'silence', ms: number, callback: () => void): void {
    this.takeBack[name]?.();
    this.takeBack[name] = this.clock.after(ms, callback);
  }
}
