import { AUDIO } from '@parley/protocol';
import type { Call } from './call';

/** Without audio for this long a caller counts as muted, slow or away; in the middle of a sentence the call knows better. */
const QUIET_AFTER_MS = 300;
const MAX_AT_ONCE_MS = 500;
const BYTES_PER_MS = (AUDIO.inputSampleRateHz * AUDIO.bytesPerSample) / 1_000;
const SILENCE = Buffer.alloc(MAX_AT_ONCE_MS * BYTES_PER_MS);

/**
 * Drives all calls of the process with one timer: lets each look at what is due, and feeds silence at real-time pace to
 * those whose caller sends nothing. The model finds the end of a turn by silence *in the stream*, and ends a stream that
 * gets no input.
 */
export class CallClock {
  private readonly calls = new Set<Call>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly everyMs = 100,
    private readonly now: () => number = Date.now,
  ) {}

  add(call: Call): void {
    this.calls.add(call);
    this.timer ??= setInterval(() => this.beat(), this.everyMs).unref();
    void call.ended.finally(() => {
      this.calls.delete(call);
      if (this.calls.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    });
  }

  beat(): void {
    for (const call of this.calls) {
      const quietMs = this.now() - call.heardAt;
      if (quietMs >= QUIET_AFTER_MS && quietMs >= call.patienceMs)
        call.hearSilence(SILENCE.subarray(0, Math.floor(Math.min(quietMs, MAX_AT_ONCE_MS)) * BYTES_PER_MS));
      call.tick();
    }
  }
}
