import { dtmfTones } from '@parley/aws-sim';
import { textOf } from '@parley/protocol';
import type { TestSocket } from '@parley/service-kit/testing';
import {
  bodyOf,
  callStart,
  finals,
  hangUp,
  isLastFinal,
  nameOf,
  named,
  readUntil,
  samplesByBlock,
  speak,
  type Frame,
} from './testing/frames';
import { startVoice, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
beforeAll(async () => void (voice = await startVoice({}, { CALL_DETACHED_MS: '4000' })));
afterAll(() => voice.close());

const lost = async (socket: TestSocket) => {
  socket.socket.terminate();
  await socket.closed;
};
const logOf = async (sub: string, conversationId: string) =>
  (await voice.store.page(sub, conversationId, { limit: 200 })).items.map((item) =>
    item.type === 'message' ? textOf(item.parts) : item.type,
  );

describe('a caller who lost the connection', () => {
  it('comes back to the same call on the same replica and says the rest of the sentence', async () => {
    const before = await voice.connect('alice');
    const { callId, conversationId } = await callStart(before);
    // Enough for a digit, and no silence after it: the sentence is not over.
    speak(before, dtmfTones('4'), Buffer.alloc(0));
    before.say({ event: { audioInput: { content: 'AAAA' } } });
    await before.next();
    await lost(before);
    const after = await voice.connect('alice');
    const ready = await callStart(after, { callId });
    expect(ready).toMatchObject({ callId, conversationId, resumed: true });
    expect(ready.heardMs).toBeGreaterThan(50);
    speak(after, dtmfTones('2'));
    const shown = finals(await readUntil(after, isLastFinal));
    expect(shown[0]!['content']).toContain('digits 4 2');
    await hangUp(after);
  });

  it('hears the answer that was given meanwhile', async () => {
    const before = await voice.connect('alice');
    const { callId } = await callStart(before);
    speak(before, dtmfTones('6'));
    await readUntil(before, named('audio'));
    await lost(before);
    await voice.logs.until(/call began/);
    const after = await voice.connect('alice');
    expect(await callStart(after, { callId })).toMatchObject({ callId, resumed: true });
    const shown = finals(await readUntil(after, isLastFinal)).map(({ content }) => content);
    expect(shown.at(-1)).toBe('Here it is again.');
    await hangUp(after);
  });

  it('finds a new call in the same conversation when it took too long', async () => {
    const before = await voice.connect('alice');
    const { callId, conversationId } = await callStart(before);
    await lost(before);
    await voice.logs.until(new RegExp(`"callId":"${callId}".*"reason":"disconnected".*call ended`));
    const after = await voice.connect('alice');
    const ready = await callStart(after, { callId, conversationId });
    expect(ready).toMatchObject({ conversationId, resumed: false });
    expect(ready.callId).not.toBe(callId);
    await hangUp(after);
  });

  it('hangs up by closing on purpose', async () => {
    const socket = await voice.connect('alice');
    const { callId } = await callStart(socket);
    socket.socket.close(1000);
    await voice.logs.until(new RegExp(`"callId":"${callId}".*"reason":"hangup".*call ended`));
  });

  it('is not found by anybody else', async () => {
    const socket = await voice.connect('alice');
    const { callId } = await callStart(socket);
    const thief = await voice.connect('mallory');
    const ready = await callStart(thief, { callId });
    expect(ready.resumed).toBe(false);
    expect(ready.callId).not.toBe(callId);
    await Promise.all([hangUp(socket), hangUp(thief)]);
  });

  it('loses the call to a second device, which is told so, and to none of them twice', async () => {
    const phone = await voice.connect('alice');
    const { callId } = await callStart(phone);
    const laptop = await voice.connect('alice');
    expect(await callStart(laptop, { callId })).toMatchObject({ callId, resumed: true });
    expect(await phone.closed).toMatchObject({ code: 4409 });
    speak(laptop, dtmfTones('8'));
    expect(finals(await readUntil(laptop, isLastFinal))[0]!['content']).toContain('digits 8');
    await hangUp(laptop);
  });
});

describe('another replica', () => {
  it('goes on with a call that a leaving one hands over, with everything that was said', async () => {
    const leaving = await voice.replica();
    const before = await leaving.connect('alice');
    const { callId, conversationId } = await callStart(before);
    speak(before, dtmfTones('42'));
    const shown = finals(await readUntil(before, isLastFinal)).map(({ content }) => content);
    const stopped = leaving.service.stop();
    const moving = await readUntil(before, named('callMoving'));
    expect(bodyOf(moving.at(-1)!)['retryAfterMs']).toBeGreaterThanOrEqual(0);
    expect(await before.closed).toMatchObject({ code: 1012 });

    const after = await voice.connect('alice');
    const ready = await callStart(after, { callId });
    expect(ready).toMatchObject({ callId, conversationId, resumed: true });
    expect(ready.heardMs).toBeUndefined();
    speak(after, dtmfTones('7'));
    const more = finals(await readUntil(after, isLastFinal)).map(({ content }) => content);
    expect(more[1]).toMatch(/2 earlier messages/);
    await hangUp(after);
    expect(await logOf('alice', conversationId)).toEqual([...shown, ...more]);
    await stopped;
  });

  it('had the call in between: back on the first one the call is found, not what is left of it there', async () => {
    const other = await voice.replica();
    const first = await voice.connect('alice');
    const { callId } = await callStart(first);
    await lost(first);
    const second = await other.connect('alice');
    expect(await callStart(second, { callId })).toMatchObject({ callId, resumed: true });
    await lost(second);
    const third = await voice.connect('alice');
    const ready = await callStart(third, { callId });
    expect(ready).toMatchObject({ callId, resumed: true });
    // Taken from the other replica: how far that had heard is not known here.
    expect(ready.heardMs).toBeUndefined();
    speak(third, dtmfTones('3'));
    expect(finals(await readUntil(third, isLastFinal))[0]!['content']).toContain('digit');
    await hangUp(third);
    await other.service.stop();
  });

  it('answers what was said to a replica that died before it could', async () => {
    const dying = await voice.replica();
    const before = await dying.connect('alice');
    const { callId, conversationId } = await callStart(before);
    // Stored as the caller's words in this call, and then the process is gone.
    await voice.store.append(
      'alice',
      conversationId,
      {
        type: 'message',
        role: 'user',
        author: { kind: 'user', id: 'alice', name: 'Someone' },
        parts: [{ type: 'text', text: 'are you still there' }],
        callId,
      },
      `${callId}/x`,
    );
    const after = await voice.connect('alice');
    expect(await callStart(after, { callId })).toMatchObject({ callId, resumed: true });
    const frames = await readUntil(
      after,
      (name, body) => name === 'textOutput' && 'seq' in body && body['role'] === 'ASSISTANT',
    );
    expect(finals(frames)[0]!['content']).toContain('still there');
    await hangUp(after);
    expect((await before.closed).code).toBe(4409);
  });
});

describe('admission', () => {
  it('turns a call away politely when the streams of all replicas are used up, and takes it when one is free', async () => {
    const quota = { VOICE_STREAM_QUOTA: '3', VOICE_STREAM_RESERVE: '1', VOICE_MODEL_ID: 'amazon.nova-2-5-sonic' };
    const [one, two] = [await voice.replica(quota), await voice.replica(quota)];
    const calls = [await one.connect('alice'), await two.connect('bob')];
    for (const socket of calls) expect(await callStart(socket)).toMatchObject({ resumed: false });
    const third = await two.connect('carol');
    expect(await callStart(third)).toMatchObject({ code: 'at_capacity', retryAfterMs: expect.any(Number) });
    expect(await third.closed).toEqual({ code: 1013, reason: 'All lines are busy; try again shortly' });
    await hangUp(calls[0]!);
    await one.logs.until(/call ended/);
    const again = await two.connect('carol');
    expect(await callStart(again)).toMatchObject({ resumed: false });
    await Promise.all([hangUp(calls[1]!), hangUp(again)]);
    await Promise.all([one.service.stop(), two.service.stop()]);
  });

  it('limits the calls of one person', async () => {
    const strict = await voice.replica({ CALLS_PER_PRINCIPAL: '1' });
    const [first, second] = [await strict.connect('alice'), await strict.connect('alice')];
    await callStart(first);
    expect(await callStart(second)).toMatchObject({ code: 'too_many_connections', retryAfterMs: 10_000 });
    expect(await second.closed).toMatchObject({ code: 4429 });
    await hangUp(first);
    await strict.service.stop();
  });
});

describe('a call that is longer than a stream', () => {
  let short: VoiceUnderTest;
  beforeAll(async () => {
    const life = { VOICE_STREAM_LIFE_MS: '3000', VOICE_STREAM_SILENCE_MS: '60000' };
    // The model's own patience is twice that: what is late here is a busy machine. half-hour.spec.ts holds them to the same.
    short = await startVoice({ limits: { streamMs: 6_000 } }, life);
  });
  afterAll(() => short.close());

  it('has its streams replaced unheard, with no word lost and none answered twice', async () => {
    const socket = await short.connect('alice');
    const { conversationId } = await callStart(socket);
    const shown: unknown[] = [];
    const heard: Frame[] = [];
    const words = ['1', '2', '3', '4', '5', '6', '7'];
    for (const digits of words) {
      speak(socket, dtmfTones(digits));
      // What a stream could not answer any more the next one is asked in writing, and answers in one sentence.
      const isAnswered = (name: string, body: Record<string, unknown>) =>
        isLastFinal(name, body) || ('seq' in body && String(body['content']).includes('You typed: '));
      const frames = await readUntil(socket, isAnswered);
      shown.push(...finals(frames).map(({ content }) => content));
      heard.push(...frames);
      expect(frames.map(nameOf)).not.toContain('callResuming');
      await new Promise((resolve) => setTimeout(resolve, 900));
    }
    await hangUp(socket);
    const { items } = await short.store.page('alice', conversationId, { limit: 200 });
    expect(items.map((item) => item.type === 'message' && textOf(item.parts))).toEqual(shown);
    const asked = shown.filter((text) => /^[\d.]+ seconds of speech, digits \d$/.test(String(text)));
    expect(asked.map((text) => String(text).at(-1))).toEqual(words);
    const answered = shown.filter((text) => String(text).startsWith('This is a simulator.'));
    expect(answered.map((text) => /digits (\d)\./.exec(String(text))![1])).toEqual(words);
    const rotations = [...(await short.metrics()).matchAll(/parley_rotations_total\{why="(\w+)"\} (\d+)/g)];
    const times = Object.fromEntries(rotations.map(([, why, count]) => [why!, Number(count)]));
    expect((times['quiet'] ?? 0) + (times['forced'] ?? 0)).toBeGreaterThanOrEqual(2);
    // Heard to the last sample, but for a sentence in whose middle a stream had to be replaced.
    const spoken = new Map(short.bedrock.requests.all.flatMap((stream) => [...stream.spoken]));
    const broken = [...samplesByBlock(heard)].filter(([contentId, samples]) => spoken.get(contentId) !== samples);
    expect(broken.length).toBeLessThanOrEqual(times['forced'] ?? 0);
  });
});

it('drops audio that comes faster than anybody speaks, and says how much', async () => {
  const socket = await voice.connect('alice');
  await callStart(socket);
  for (let n = 0; n < 200; n += 1) socket.socket.send(Buffer.alloc(1_024));
  const frames = await readUntil(socket, named('error'));
  expect(bodyOf(frames.at(-1)!)).toMatchObject({ code: 'audio_dropped', droppedMs: expect.any(Number) });
  await hangUp(socket);
});

it('leaves one trace of a call, with what happened to it and nothing that was said, and its metrics', async () => {
  const own = await voice.replica();
  voice.bedrock.faults.next({ kind: 'drop', afterFrames: 4 });
  const socket = await own.connect('alice');
  const { callId, conversationId } = await callStart(socket);
  speak(socket, dtmfTones('63'));
  await readUntil(socket, isLastFinal);
  await hangUp(socket);
  await own.logs.until(/call ended/);
  const [span, ...others] = own.spans.getFinishedSpans();
  expect(others).toEqual([]);
  expect(span!.attributes).toMatchObject({
    'parley.call_id': callId,
    'parley.conversation_id': conversationId,
    'parley.end_reason': 'hangup',
  });
  expect(span!.events.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['stream opened', 'stream closed', 'resuming', 'first audio']),
  );
  expect(JSON.stringify([span!.attributes, span!.events])).not.toMatch(/digits|simulator|eyJ/);
  const metrics = await own.metrics();
  expect(metrics).toMatch(/parley_first_audio_seconds_count [1-9]/);
  expect(metrics).toContain('parley_resumes_total{cause="dropped"} 1');
  expect(metrics).toContain('parley_calls_ended_total{reason="hangup"} 1');
  expect(metrics).toMatch(/parley_voice_tokens_total\{kind="outputSpeechTokens"\} [1-9]/);
  expect(Number(/^parley_model_cost_usd_total (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0);
  await own.service.stop();
});
