import { AUDIO } from '@parley/protocol';
import type { Call } from './call';

/** Without audio for this long a caller counts as muted, slow or away. */
const QUIET_AFTER_MS = 300;
const MAX_AT_ONCE_MS = 500;
const BYTES_PER_MS = (AUDIO.inputSampleRateHz * AUDIO.bytesPerSample) / 1_000;
const SILENCE = Buffer.alloc(MAX_AT_ONCE_MS * BYTES_PER_MS);

/**
 * Feeds silence at real-time pace to calls whose caller sends nothing: the model finds the end of a turn by silence *in the
 * stream*, and ends a stream that gets no input. One timer for all calls of the process.
 */
export class SilenceFeeder {
  private readonly calls = new Set<Call>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly everyMs = 100,
    private readonly now: () => number = Date.now,
  ) {}

  add(call: Call): void {
    this.calls.add(call);
    this.timer ??= setInterval(() => this.feed(), this.everyMs).unref();
    void call.ended.finally(() => {
      this.calls.delete(call);
      if (this.calls.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    });
  }

  feed(): void {
    for (const call of this.calls) {
      const quietMs = this.now() - call.heardAt;
      if (quietMs < QUIET_AFTER_MS) continue;
      call.hear(SILENCE.subarray(0, Math.floor(Math.min(quietMs, MAX_AT_ONCE_MS)) * BYTES_PER_MS));
    }
  }
}
