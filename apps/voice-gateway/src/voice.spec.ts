import { resolve } from 'node:path';
import { answerAudioOf, bytesOf, dtmfTones, samplesOf } from '@parley/aws-sim';
import { loadDescriptors, SERVICE_METRICS } from '@parley/descriptor';
import { textOf } from '@parley/protocol';
import { TestSocket } from '@parley/service-kit/testing';
import {
  bodyOf,
  finals,
  hangUp,
  isLastFinal,
  nameOf,
  readUntil,
  speak,
  type Frame,
  type Ready,
} from './testing/frames';
import { startVoice, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
beforeAll(async () => void (voice = await startVoice()));
afterAll(() => voice.close());

async function startCall(sub: string, start: object = {}) {
  const socket = await voice.connect(sub);
  socket.say({ event: { callStart: start }, ref: 'start' });
  const ready = await socket.next<{ event: { callReady: Ready }; ref: string }>();
  return { socket, ready: ready.event.callReady, frame: ready };
}

it('answers a managed call with the very samples that were spoken, and stores each FINAL before it is shown', async () => {
  const words = dtmfTones('427');
  const { socket, ready, frame } = await startCall('alice');
  expect(frame.ref).toBe('start');
  expect(ready).toMatchObject({
    resumed: false,
    audio: { mode: 'binary', input: { sampleRateHertz: 16_000 }, output: { sampleRateHertz: 24_000 } },
  });
  speak(socket, words);
  const frames = await readUntil(socket, isLastFinal);

  const heard = samplesOf(Buffer.concat(frames.filter(Buffer.isBuffer)));
  // The utterance that is played back has some silence around the words: the words themselves are found in it, sample by sample.
  const expected = answerAudioOf(words);
  expect(heard.length).toBeGreaterThanOrEqual(expected.length);
  expect(correlation(heard, expected)).toBeGreaterThan(0.999);

  const shown = finals(frames);
  expect(shown.map(({ role, content }) => [role, content])).toEqual([
    ['USER', expect.stringContaining('digits 4 2 7')],
    ['ASSISTANT', expect.stringContaining('simulator')],
    ['ASSISTANT', 'Here it is again.'],
  ]);
  const { items, head } = await voice.store.page('alice', ready.conversationId, { limit: 50 });
  expect(head).toBe(3);
  expect(items.map((item) => item.type === 'message' && [item.id, item.seq, textOf(item.parts), item.callId])).toEqual(
    shown.map(({ messageId, seq, content }) => [messageId, seq, content, ready.callId]),
  );
  expect(await hangUp(socket)).toMatchObject({
    ended: { reason: 'hangup', durationMs: expect.any(Number), usage: { outputSpeechTokens: expect.any(Number) } },
    closed: { code: 1000 },
  });
});

it('speaks the language and with the voice that the caller chose, also where another replica goes on', async () => {
  const asked = () => {
    const { events } = voice.bedrock.requests.all.findLast(({ operation }) => operation === 'voice')!;
    const body = (name: string) => JSON.stringify(events.find((event) => event.name === name)?.body);
    return [body('textInput'), body('promptStart')];
  };
  const german = [
    expect.stringContaining('Answer in German (Germany), until the person asks for another one.'),
    expect.stringContaining('"voiceId":"tina"'),
  ];
  const { socket, ready } = await startCall('bob', { language: 'de-DE', voiceId: 'tina' });
  const isAnswered = async (line: TestSocket) => {
    line.say({ event: { textInput: { content: 'Guten Tag' } } });
    await readUntil(line, (name, body) => name === 'textOutput' && body['role'] === 'ASSISTANT' && 'seq' in body);
  };
  await isAnswered(socket);
  expect(asked()).toEqual(german);
  const other = await (await voice.replica({})).connect('bob');
  other.say({ event: { callStart: { callId: ready.callId } } });
  await isAnswered(other);
  expect(voice.bedrock.requests.all.filter(({ operation }) => operation === 'voice').length).toBeGreaterThan(1);
  expect(asked()).toEqual(german);
  await hangUp(other);
});

/** Where `part` fits best in `whole` (the chime first), as a normalised correlation at the best of some offsets. */
function correlation(whole: Int16Array, part: Int16Array): number {
  let best = -1;
  // Words start after the chime, which is equal in both; the padding in front of them is at most 100 ms.
  const chimeEnd = Math.min(part.length, 4_000);
  for (let offset = 0; offset <= 2_400 + 1; offset += 1) {
    let dot = 0;
    let a = 0;
    let b = 0;
    for (let n = part.length - chimeEnd; n < part.length; n += 3) {
      const x = whole[n + offset] ?? 0;
      const y = part[n]!;
      dot += x * y;
      a += x * x;
      b += y * y;
    }
    best = Math.max(best, dot / Math.sqrt(a * b || 1));
  }
  return best;
}

it('speaks JSON with base64 to those who ask for it', async () => {
  const { socket, ready } = await startCall('alice', { audio: 'json' });
  expect(ready).toMatchObject({ audio: { mode: 'json' } });
  const bytes = Buffer.concat([Buffer.from(bytesOf(dtmfTones('5'))), Buffer.alloc(25_600)]);
  for (let at = 0; at < bytes.length; at += 8_192) {
    socket.say({ event: { audioInput: { content: bytes.subarray(at, at + 8_192).toString('base64') } } });
  }
  const frames = await readUntil(socket, isLastFinal);
  expect(frames.some(Buffer.isBuffer)).toBe(false);
  expect(frames.filter((frame) => nameOf(frame) === 'audioOutput').length).toBeGreaterThan(1);
  expect(finals(frames)[0]!['content']).toContain('digits 5');
  await hangUp(socket);
});

it('continues a conversation that was written, and knows what was said before', async () => {
  const author = { kind: 'user' as const, id: 'alice', name: 'Alice' };
  const { id } = await voice.store.create(author, {});
  await voice.store.append(
    'alice',
    id,
    { type: 'message', role: 'user', author, parts: [{ type: 'text', text: 'typed before' }] },
    'k1',
  );
  const { socket, ready } = await startCall('alice', { conversationId: id });
  expect(ready.conversationId).toBe(id);
  speak(socket, dtmfTones('1'));
  const frames = await readUntil(socket, isLastFinal);
  expect(finals(frames).some(({ content }) => /1 earlier message/.test(String(content)))).toBe(true);
  expect((await voice.store.page('alice', id, { limit: 50 })).head).toBe(4);
  await hangUp(socket);
});

it('answers typed text in the middle of a call, and stores it like speech', async () => {
  const { socket, ready } = await startCall('alice');
  socket.say({ event: { textInput: { content: 'use currentTime {"timeZone":"Europe/Berlin"}' } } });
  const frames = await readUntil(
    socket,
    (name, body) => name === 'textOutput' && 'seq' in body && body['role'] === 'ASSISTANT',
  );
  expect(frames.map(nameOf)).toContain('toolUse');
  const typed = { role: 'USER', content: expect.stringContaining('use currentTime'), typed: true };
  expect(finals(frames)[0]).toMatchObject(typed);
  const { items } = await voice.store.page('alice', ready.conversationId, { limit: 10 });
  expect(items.map((item) => 'typed' in item)).toEqual([true, false]);
  expect(JSON.stringify(finals(frames).at(-1))).toContain('Europe/Berlin');
  expect((await voice.store.lastMessages('alice', ready.conversationId, 1))[0]!.role).toBe('assistant');
  await hangUp(socket);
});

it('hands the caller over to people: the conversation goes on as a room with them, in which all was kept', async () => {
  const { socket, ready } = await startCall('alice');
  socket.say({ event: { textInput: { content: 'use callPeople {}' } } });
  const frames = await readUntil(
    socket,
    (name, body) => name === 'textOutput' && 'seq' in body && body['role'] === 'ASSISTANT',
  );
  expect(JSON.stringify(finals(frames).at(-1))).toContain('Bob Okafor');
  await hangUp(socket);
  const { items } = await voice.store.list('bob', { limit: 10, kind: 'room' });
  expect(items.map(({ id, head }) => [id, head])).toEqual([[ready.conversationId, 2]]);
  const bob = { kind: 'user' as const, id: 'bob', name: 'Bob' };
  const parts = [{ type: 'text' as const, text: 'Here I am.' }];
  await voice.store.append('bob', ready.conversationId, { type: 'message', role: 'user', author: bob, parts }, 'k');
  expect((await voice.store.lastMessages('alice', ready.conversationId, 1))[0]).toMatchObject({ author: bob });
});

describe('barge-in', () => {
  let slow: VoiceUnderTest;
  beforeAll(async () => void (slow = await startVoice({ voice: { pace: { audio: 4, playback: 1 } } })));
  afterAll(() => slow.close());

  it('stops the answer at once, and no late audio of it arrives', async () => {
    const socket = await slow.connect('alice');
    socket.say({ event: { callStart: {} } });
    await socket.next();
    speak(socket, dtmfTones('1234567890'));
    await readUntil(socket, (name) => name === 'audio');
    // The chime has begun; the person speaks over it.
    speak(socket, dtmfTones('99'));
    const until = await readUntil(socket, (_, body) => body['stopReason'] === 'INTERRUPTED');
    const after = await readUntil(
      socket,
      (name, body) => name === 'textOutput' && 'seq' in body && String(body['content']).includes('digits 9 9'),
    );
    expect(until.length).toBeGreaterThan(0);
    const nextStart = after.findIndex((frame) => nameOf(frame) === 'contentStart' && bodyOf(frame)['type'] === 'AUDIO');
    expect(after.slice(0, nextStart === -1 ? undefined : nextStart).some(Buffer.isBuffer)).toBe(false);
    expect(JSON.stringify([...until, ...after])).not.toContain('interrupted\\"');
    socket.socket.close();
    await socket.closed;
  });
});

it('opens once with a ticket for voice, and not with one for something else', async () => {
  const { tickets } = voice;
  const principal = { kind: 'user' as const, id: 'alice', groups: [], clientId: 'c', expiresAt: Date.now() + 60_000 };
  const tried = async (ticket: string) => {
    const socket = new TestSocket(`${voice.url}/ws/voice?ticket=${ticket}`);
    await socket.opened();
    socket.say({ event: { callStart: {} } });
    const outcome = await Promise.race([
      socket.next<Frame>().then(nameOf),
      socket.closed.then(({ code, reason }) => `${code} ${reason}`),
    ]);
    socket.socket.close();
    await socket.closed;
    return outcome;
  };
  const refused = '1008 Invalid authentication token';
  const [good, wrong] = [await tickets.issue(principal, 'voice'), await tickets.issue(principal, 'chat')];
  expect([await tried(good), await tried(good), await tried(wrong), await tried('x'.repeat(43))]).toEqual([
    'callReady',
    refused,
    refused,
    refused,
  ]);
  expect(voice.logs.text).not.toContain(good);
  await expect(tickets.redeem(wrong, 'chat')).resolves.toMatchObject({ principal: { id: 'alice' } });
  const ended = await tickets.issue({ ...principal, expiresAt: Date.now() - 1 }, 'voice');
  expect(await tried(ended)).toBe(refused);
});

describe('refused, with an answer, while the connection goes on:', () => {
  it.each([
    ['a conversation that is nobody’s', { callStart: { conversationId: 'x'.repeat(20) } }, 'conversation_not_found'],
    ['an id that cannot be one', { callStart: { conversationId: 'no' } }, 'invalid_frame'],
    ['an unknown assistant', { callStart: { assistant: 'nobody' } }, 'assistant_not_found'],
    ['an audio mode that does not exist', { callStart: { audio: 'mp3' } }, 'invalid_frame'],
    ['audio before a call', { audioInput: { content: 'AAAA' } }, 'invalid_frame'],
    ['text before a call', { textInput: { content: 'hi' } }, 'invalid_frame'],
    ['an end before a call', { callEnd: {} }, 'invalid_frame'],
    ['two events in one frame', { callEnd: {}, textInput: {} }, 'invalid_frame'],
    ['an unknown event', { hum: {} }, 'unknown_event'],
  ])('%s', async (_, event, code) => {
    const socket = await voice.connect('alice');
    socket.say({ event, ref: 'r' });
    expect(await socket.next()).toMatchObject({ event: { error: { code, ref: 'r' } } });
    socket.say({ event: { callStart: {} } });
    expect(nameOf(await socket.next())).toBe('callReady');
    socket.socket.close();
    await socket.closed;
  });

  it('somebody else’s conversation, like one that does not exist', async () => {
    const { socket, ready } = await startCall('alice');
    const other = await voice.connect('bob');
    const answers = [];
    for (const conversationId of [ready.conversationId, 'x'.repeat(20)]) {
      other.say({ event: { callStart: { conversationId } } });
      answers.push(await other.next());
    }
    expect(answers[0]).toEqual(answers[1]);
    for (const each of [socket, other]) {
      each.socket.close();
      await each.closed;
    }
  });

  it('odd and empty audio frames, and a second callStart', async () => {
    const { socket } = await startCall('alice');
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(3)]) {
      socket.socket.send(bytes);
      expect(await socket.next()).toMatchObject({ event: { error: { code: 'invalid_frame' } } });
    }
    socket.say({ event: { audioInput: { content: '!!not base64!!' } } });
    expect(bodyOf(await socket.next())).toMatchObject({ code: 'invalid_frame' });
    socket.say({ event: { audioInput: { content: Buffer.alloc(32_770).toString('base64') } } });
    expect(bodyOf(await socket.next())).toMatchObject({ code: 'too_large' });
    socket.say({ event: { callStart: {} } });
    expect(bodyOf(await socket.next())).toMatchObject({ code: 'invalid_frame' });
    await hangUp(socket);
  });

  it('a binary frame that is too large, and takes the largest', async () => {
    const { socket } = await startCall('alice');
    socket.socket.send(Buffer.alloc(32_768));
    socket.say({ event: { ping: {} }, ref: 'taken' });
    expect(await socket.next()).toMatchObject({ event: { pong: {} }, ref: 'taken' });
    socket.socket.send(Buffer.alloc(32_770));
    expect((await socket.closed).code).toBe(1009);
  });
});

it('passes no token and no word of a conversation into the log', () => {
  expect(voice.logs.text).toContain('call ended');
  expect(voice.logs.text).not.toMatch(/eyJ[A-Za-z0-9_-]+\./);
  expect(voice.logs.text).not.toContain('digits 4 2 7');
});

it('has the metrics that service.json lists, of those that alarms and the dashboard know, and no other', async () => {
  const { metrics, scaling } = loadDescriptors(resolve(import.meta.dirname, '../..')).find(
    ({ name }) => name === 'voice-gateway',
  )!;
  const registered = [...(await voice.metrics()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
  // Errors are counted by every service's log.
  const { errors: _, ...own } = SERVICE_METRICS;
  expect(registered.filter((name) => (Object.values(own) as string[]).includes(name)).sort()).toEqual(
    [...metrics].sort(),
  );
  expect(registered).toContain(scaling.metric);
});
