import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';

/** 32 ms of PCM16 at 24 kHz. */
export const ANSWER_BYTES = 1_536;
/** How such an event begins in base64, as far as whole groups of four characters go. */
const AUDIO_INPUT = Buffer.from(Buffer.from('{"event":{"audioInput').toString('base64'));
/** Where the base64 of an event begins: envelope, inner prelude and headers, `{"bytes":"`. */
const EVENT_AT = 79 + 12 + 75 + 10;
/** Bytes of a message around its audio, and those that 32 ms of audio take, in base64 twice. */
const [AROUND, FRAME] = [400, 1_820];
/** The gateway feeds silence in pieces of 300 ms and more; nobody answers that. Frames that come together are fewer. */
const FRAMES_TOGETHER = 8;

const codec = new EventStreamCodec(toUtf8, fromUtf8);
function frameOf(event: object): Buffer {
  const bytes = Buffer.from(JSON.stringify({ event })).toString('base64');
  const text = (value: string) => ({ type: 'string' as const, value });
  const headers = {
    ':event-type': text('chunk'),
    ':content-type': text('application/json'),
    ':message-type': text('event'),
  };
  return Buffer.from(codec.encode({ headers, body: Buffer.from(JSON.stringify({ bytes, p: 'abcdefghijkl' })) }));
}
const ids = {
  sessionId: 's'.repeat(36),
  promptName: 'p'.repeat(36),
  completionId: 'c'.repeat(36),
  contentId: 'a'.repeat(36),
};
const OPENING = Buffer.concat([
  frameOf({ completionStart: { ...ids } }),
  frameOf({ contentStart: { ...ids, type: 'AUDIO', role: 'ASSISTANT' } }),
]);
const ANSWER = frameOf({
  audioOutput: { ...ids, role: 'ASSISTANT', content: Buffer.alloc(ANSWER_BYTES, 7).toString('base64') },
});

/**
 * A stand-in for the model that is cheap enough not to be what is measured: speaks the same wire, checks nothing, answers
 * each frame of audio with one at once, also those that share an event.
 */
export async function startModel(): Promise<Record<string, string>> {
  const server = createServer();
  server.on('stream', (stream) => answer(stream));
  server.on('session', (session) => session.on('error', () => session.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function answer(stream: ServerHttp2Stream): void {
  let held: Buffer = Buffer.alloc(0);
  stream.on('error', () => undefined);
  stream.on('data', (bytes: Buffer) => {
    if (!stream.headersSent) {
      stream.respond({ ':status': 200, 'content-type': 'application/vnd.amazon.eventstream' });
      stream.write(OPENING);
    }
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
    let at = 0;
    for (; held.length - at >= 4; at += held.readUInt32BE(at)) {
      const length = held.readUInt32BE(at);
      if (held.length - at < length) break;
      if (!held.subarray(at + EVENT_AT, at + EVENT_AT + AUDIO_INPUT.length).equals(AUDIO_INPUT)) continue;
      const frames = Math.round((length - AROUND) / FRAME);
      if (frames > FRAMES_TOGETHER) continue;
      for (let frame = 0; frame < frames; frame += 1) stream.write(ANSWER);
    }
    held = held.subarray(at);
  });
  stream.on('end', () => stream.end());
}
