import type { ParleyError } from '@parley/errors';
import type { VoiceServerEventName, VoiceServerEvents } from '@parley/protocol';

/** The person's end of a call. Nothing here waits for a slow reader. */
export interface Caller {
  send<N extends VoiceServerEventName>(name: N, body: VoiceServerEvents[N]): void;
  /** PCM16, 24 kHz, mono. */
  audio(contentId: string, pcm: Buffer): void;
  fail(error: ParleyError): void;
}
