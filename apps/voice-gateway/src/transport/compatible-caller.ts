import { randomUUID } from 'node:crypto';
import type { VoiceServerEventName, VoiceServerEvents } from '@parley/protocol';
import type { ParleyError } from '@parley/errors';
import type { Connection } from '@parley/service-kit';
import type { Caller } from '../call/ports/caller.port';

/** Nova Sonic's own sign of a barge-in: what older front ends stop playing at. */
const INTERRUPTED = '{ "interrupted" : true }';
const OUTPUT: Record<'TEXT' | 'AUDIO' | 'TOOL', object> = {
  TEXT: { textOutputConfiguration: { mediaType: 'text/plain' } },
  TOOL: { toolUseOutputConfiguration: { mediaType: 'application/json' } },
  AUDIO: {
    audioOutputConfiguration: {
      ...{ mediaType: 'audio/lpcm', sampleRateHertz: 24_000, sampleSizeBits: 16, encoding: 'base64', channelCount: 1 },
    },
  },
};
/** The events that Nova Sonic has itself; a client of this kind hears no others. */
const NOVAS_OWN = new Set<VoiceServerEventName>([
  ...(['contentStart', 'textOutput', 'contentEnd', 'toolUse', 'usageEvent', 'completionEnd'] as const),
]);

/** The end of a call for a front end that expects Nova Sonic's output events, whole, as JSON, with a time stamp. */
export class CompatibleCaller implements Caller {
  private readonly ids: { sessionId: string; promptName: string; completionId: string };

  constructor(
    private readonly connection: Connection,
    promptName: string,
    private readonly now: () => number = Date.now,
  ) {
    this.ids = { sessionId: randomUUID(), promptName, completionId: randomUUID() };
    this.say('completionStart', {});
  }

  send<N extends VoiceServerEventName>(name: N, body: VoiceServerEvents[N]): void {
    if (!NOVAS_OWN.has(name)) return;
    if (name === 'contentStart') {
      const start = body as VoiceServerEvents['contentStart'];
      return this.say(name, { ...start, ...OUTPUT[start.type] });
    }
    if (name === 'contentEnd' && (body as VoiceServerEvents['contentEnd']).stopReason === 'INTERRUPTED') {
      const { contentId } = body as VoiceServerEvents['contentEnd'];
      this.say('textOutput', { contentId, role: 'ASSISTANT', content: INTERRUPTED });
    }
    this.say(name, body);
  }

  audio(contentId: string, pcm: Buffer): void {
    this.say('audioOutput', { contentId, role: 'ASSISTANT', content: pcm.toString('base64') });
  }

  fail(error: ParleyError): void {
    this.connection.fail(error);
  }

  private say(name: string, body: object): void {
    this.connection.send(name, { ...this.ids, ...body, timestamp: this.now() });
  }
}
