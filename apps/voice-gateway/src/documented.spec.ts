import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { dtmfTones } from '@parley/aws-sim';
import { voiceClientEvents } from '@parley/protocol';
import { bodyOf, nameOf, readUntil, speak, type Frame } from './testing/frames';
import { startVoice, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
beforeAll(async () => void (voice = await startVoice()));
afterAll(() => voice.close());

/** The frames of the call that docs/protocol.md shows, in its order. */
const documented = (): Exclude<Frame, Buffer>[] => {
  const text = readFileSync(resolve(import.meta.dirname, '../../../docs/protocol.md'), 'utf8');
  const voiceSection = text.slice(text.indexOf('A call, word for word:'));
  const blocks = [...voiceSection.matchAll(/^```json\n(.*?)^```/gms)].map(([, lines]) => lines!);
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

it('the call in docs/protocol.md is what a caller says and hears', async () => {
  const socket = await voice.connect('alice');
  const frames = documented();
  expect(frames.map(nameOf)).toContain('callEnded');
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
  expect(await socket.closed).toMatchObject({ code: 1000 });
});
