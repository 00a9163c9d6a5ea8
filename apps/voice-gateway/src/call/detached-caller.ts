import { AUDIO, type VoiceServerEventName, type VoiceServerEvents } from '@parley/protocol';
import type { ParleyError } from '@parley/errors';
import type { Caller } from './ports/caller.port';

const BYTES_PER_MS = (AUDIO.outputSampleRateHz * AUDIO.bytesPerSample) / 1_000;

type Kept =
  | { kind: 'event'; name: VoiceServerEventName; body: VoiceServerEvents[VoiceServerEventName] }
  | { kind: 'audio'; contentId: string; pcm: Buffer };

/**
 * The place of a caller who lost the connection: keeps what is said meanwhile, so that whoever comes back within the half
 * minute hears the rest of the answer and reads what was recorded. Bounded: what does not fit is audio first, the newest of
 * it, since an answer with a hole in its middle is worse than one that breaks off.
 */
export class DetachedCaller implements Caller {
  private readonly kept: Kept[] = [];
  private bytes = 0;

  constructor(
    private readonly maxAudioMs = 30_000,
    private readonly maxEvents = 500,
  ) {}

  send<N extends VoiceServerEventName>(name: N, body: VoiceServerEvents[N]): void {
    if (name === 'contentEnd' && (body as VoiceServerEvents['contentEnd']).stopReason === 'INTERRUPTED') this.flush();
    if (this.kept.length < this.maxEvents) this.kept.push({ kind: 'event', name, body });
  }

  audio(contentId: string, pcm: Buffer): void {
    if (this.bytes + pcm.length > this.maxAudioMs * BYTES_PER_MS) return;
    this.bytes += pcm.length;
    this.kept.push({ kind: 'audio', contentId, pcm });
  }

  fail(): void {
    // Told by the event that follows: an error of then helps nobody who comes back later.
  }

  /** Says everything to the caller who is back, in order. */
  replayTo(caller: Caller): void {
    for (const said of this.kept) {
      if (said.kind === 'audio') caller.audio(said.contentId, said.pcm);
      else caller.send(said.name, said.body);
    }
    this.kept.length = 0;
    this.bytes = 0;
  }

  private flush(): void {
    const events = this.kept.filter(({ kind }) => kind === 'event');
    this.kept.splice(0, this.kept.length, ...events);
    this.bytes = 0;
  }
}

/** A caller that nobody is behind any more. */
export const NOBODY: Caller = {
  send: () => undefined,
  audio: () => undefined,
  fail: (_error: ParleyError) => undefined,
};
