import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { dtmfTones } from '@parley/aws-sim';
import { voiceClientEvents } from '@parley/protocol';
import type { TestSocket } from '@parley/service-kit/testing';
import { bodyOf, nameOf, readUntil, speak, type Frame } from './testing/frames';
import { startVoice, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
beforeAll(async () => void (voice = await startVoice()));
afterAll(() => voice.close());

/** The frames that docs/protocol.md shows of a call below this line and before another, in their order. */
const documented = (line: string): Exclude<Frame, Buffer>[] => {
  const text = readFileSync(resolve(import.meta.dirname, '../../../docs/protocol.md'), 'utf8');
  const [, call] = text.split(line);
  const blocks = [...call!.split('word for word')[0]!.matchAll(/^```json\n(.*?)^```/gms)].map(([, lines]) => lines!);
  return blocks.flatMap((lines) => lines.trim().split('\n')).map((line) => JSON.parse(line) as Exclude<Frame, Buffer>);
};

/** What is the same in every call; the rest of an example's values is only of its type. */
const FIXED = new Set([
  'type',
  'role',
  'stopReason',
  'additionalModelFields',
  'reason',
  'mode',
  'sampleRateHertz',
  'resumed',
  'code',
  'kind',
]);

/** Whether a frame has everything that the example shows, of the same types. */
function isLike(example: unknown, real: unknown): boolean {
  if (typeof example !== typeof real) return false;
  if (typeof example !== 'object' || example === null || typeof real !== 'object' || real === null) return true;
  return Object.entries(example).every(([key, value]) => {
    const other = (real as Record<string, unknown>)[key];
    return typeof value !== 'object' && FIXED.has(key) ? value === other : isLike(value, other);
  });
}

/** Says what the client says of it, and waits for what the service says. */
async function play(socket: TestSocket, frames: readonly Exclude<Frame, Buffer>[]): Promise<void> {
  for (const frame of frames) {
    const [name, body] = [nameOf(frame), bodyOf(frame)];
    if (name in voiceClientEvents) {
      socket.say(frame);
      continue;
    }
    const heard = await readUntil(socket, (other, real) => other === name && isLike(body, real));
    expect((heard.at(-1) as Exclude<Frame, Buffer>).ref).toBe(frame.ref);
    if (name === 'callReady') speak(socket, dtmfTones('42'));
  }
}

it('the call in docs/protocol.md is what a caller says and hears', async () => {
  const socket = await voice.connect('alice');
  const frames = documented('A call, word for word:');
  expect(frames.map(nameOf)).toContain('callEnded');
  await play(socket, frames);
  expect(await socket.closed).toMatchObject({ code: 1000 });
});

it('and so is the one that is turned away', async () => {
  const full = await voice.replica({ VOICE_STREAM_QUOTA: '1', VOICE_STREAM_RESERVE: '1' });
  const socket = await full.connect('alice');
  const frames = documented('One that is turned away, word for word; close 1013 follows:');
  expect(frames.map(nameOf)).toEqual(['callStart', 'error']);
  await play(socket, frames);
  expect(await socket.closed).toMatchObject({ code: 1013 });
});
