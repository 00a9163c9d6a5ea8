import { startDynamoApart } from '@parley/aws-sim';
import { voiceClientEvents } from '@parley/protocol';
import { mutate, seeded } from './testing/mutations';
import { bodyOf, callStart, hangUp, nameOf, type Frame } from './testing/frames';
import { bytesHeld, NOISE_BYTES } from './testing/memory';
import { startVoice, type VoiceUnderTest } from './testing/start-voice';

/** 20,000 here; the soak throws a million, in ten parts that are each repeatable by themselves. */
const [FRAMES, PARTS] = process.env['SOAK'] ? [100_000, 10] : [20_000, 1];
const SEEDS = Array.from({ length: PARTS }, (_, part) => Number(process.env['FUZZ_SEED'] ?? 1) + part);
/** Fewer than a connection may say in one burst. */
const FRAMES_A_CONNECTION = 80;
/** Frames after which whatever is compiled and cached once is. */
const WARM_UP = 50 * FRAMES_A_CONNECTION;

const GOOD: readonly string[] = [
  { callStart: { assistant: 'general', audio: 'json' } },
  { callStart: { conversationId: 'a-conversation-of-nobody', callId: 'a-call' } },
  { audioInput: { content: Buffer.alloc(64).toString('base64') } },
  { textInput: { content: 'hello' } },
  { tokenRefresh: { token: 'eyJhbGciOiJSUzI1NiJ9.e30.AAAA' } },
  { sessionStart: { inferenceConfiguration: { maxTokens: 1024, topP: 0.9, temperature: 0.7 } } },
  { promptStart: { promptName: 'p', audioOutputConfiguration: { voiceId: 'matthew' } } },
  { contentStart: { promptName: 'p', contentName: 'c', type: 'TEXT', role: 'SYSTEM', interactive: false } },
  { contentStart: { promptName: 'p', contentName: 'a', type: 'AUDIO', role: 'USER', interactive: true } },
  { contentEnd: { promptName: 'p', contentName: 'c' } },
  { toolResult: { promptName: 'p', contentName: 't', content: '{}' } },
  { promptEnd: { promptName: 'p' } },
].map((event) => JSON.stringify({ event }));

const KNOWN = new Set([
  ...Object.keys(voiceClientEvents),
  ...['sessionStart', 'promptStart', 'contentStart', 'contentEnd', 'toolResult', 'promptEnd', 'sessionEnd'],
]);

/** Whether a frame is bad for certain, by rules that need no knowledge of the service. */
function isSurelyBad(frame: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return true;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return true;
  const { event, body } = value as { event?: unknown; body?: unknown };
  if (typeof body === 'string') return false;
  if (typeof event !== 'object' || event === null) return true;
  const names = Object.keys(event);
  return names.length !== 1 || !KNOWN.has(names[0]!);
}

let voice: VoiceUnderTest;
beforeAll(async () => void (voice = await startVoice({}, {}, startDynamoApart)));
afterAll(() => voice.close());

it.each(SEEDS)(
  `survives ${FRAMES} spoilt frames: none crashes it, none that is surely bad stays without an answer, nothing of them is kept (seed %s)`,
  async (seed) => {
    const random = seeded(seed);
    let unanswered = 0;
    let heldBefore = Infinity;
    for (let sent = 0; sent < FRAMES; sent += FRAMES_A_CONNECTION) {
      if (sent === WARM_UP) heldBefore = await heldWhenIdle();
      unanswered += await throwFrames(`somebody-${sent % 7}`, random);
    }
    expect(unanswered).toBe(0);
    const socket = await voice.connect('afterwards');
    expect(await callStart(socket)).toMatchObject({ resumed: false });
    await hangUp(socket);
    const grownBytes = (await heldWhenIdle()) - heldBefore;
    if (process.env['SOAK']) process.stdout.write(`seed ${seed}: grown by ${(grownBytes / 1e6).toFixed(1)} MB\n`);
    expect(grownBytes).toBeLessThan(NOISE_BYTES);
  },
  FRAMES * 60,
);

/** Throws spoilt frames at a connection until it has had enough of them. @returns how many bad ones were not answered */
async function throwFrames(sub: string, random: () => number): Promise<number> {
  const socket = await voice.connect(sub);
  let closed = false;
  void socket.closed.then(() => (closed = true));
  const frames = Array.from({ length: FRAMES_A_CONNECTION }, () =>
    mutate(GOOD[Math.floor(random() * GOOD.length)]!, random),
  );
  frames.forEach((frame, n) => {
    socket.say(frame);
    // An event that nobody knows marks the place: whatever comes before its answer belongs to the frame.
    socket.say({ event: { mark: {} }, ref: `mark-${n}` });
  });
  let unanswered = 0;
  for (let n = 0, errors = 0; n < frames.length;) {
    const frame = await Promise.race([socket.next<Frame>(), socket.closed.then(() => undefined)]);
    if (frame === undefined) break;
    if (nameOf(frame) !== 'error') continue;
    if (bodyOf(frame)['ref'] !== `mark-${n}`) errors += 1;
    else {
      if (errors === 0 && isSurelyBad(frames[n]!)) unanswered += 1;
      errors = 0;
      n += 1;
    }
  }
  if (!closed) socket.socket.close(1000);
  await socket.closed;
  return unanswered;
}

/** Calls are still saying goodbye to the model, and then to the store; one that stayed would be waited for in vain. */
async function heldWhenIdle(): Promise<number> {
  for (const none of [/parley_streams_live 0\n/, /parley_calls_live 0\n/])
    while (!none.test(await voice.metrics())) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(voice.logs.text).not.toContain('"level":"fatal"');
  return bytesHeld(voice);
}
