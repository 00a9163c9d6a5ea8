import type { ParleyError } from '@parley/errors';
import type { VoiceServerEventName, VoiceServerEvents } from '@parley/protocol';
import type { Connection } from '@parley/service-kit';
import type { Caller } from '../call/ports/caller.port';

/** The person's end of a call over its WebSocket: audio as binary frames, or as base64 where the client asked for it. */
export class ConnectionCaller implements Caller {
  constructor(
    private readonly connection: Connection,
    private readonly mode: 'binary' | 'json',
  ) {}

  send<N extends VoiceServerEventName>(name: N, body: VoiceServerEvents[N]): void {
    this.connection.send(name, body);
  }

  audio(contentId: string, pcm: Buffer): void {
    if (this.mode === 'binary') this.connection.sendBinary(pcm);
    else this.send('audioOutput', { contentId, content: pcm.toString('base64') });
  }

  fail(error: ParleyError): void {
    this.connection.fail(error);
  }
}
