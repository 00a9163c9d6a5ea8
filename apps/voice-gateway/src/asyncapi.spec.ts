import { dtmfTones } from '@parley/aws-sim';
import { WireWatch, asyncApiFaults, type AsyncApiDocument, type TestSocket } from '@parley/service-kit/testing';
import { bodyOf, isLastFinal, nameOf, named, readUntil, speak, type Frame, type Ready } from './testing/frames';
import { startVoice, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
let document: AsyncApiDocument & { asyncapi: string };
let watch: WireWatch;
beforeAll(async () => {
  voice = await startVoice({ voice: { completionEnd: 'everyAnswer' } });
  document = (await (await fetch(`${voice.url.replace('ws', 'http')}/ws/asyncapi.json`)).json()) as typeof document;
  watch = new WireWatch(document);
});
afterAll(() => voice.close());

const connect = async (sub: string, expiresInS?: number) => {
  const socket = await voice.connect(sub, '/ws/voice', expiresInS);
  watch.over(socket.socket);
  return socket;
};
let refs = 0;
/** Says it, and gives the first frame that answers it. */
const ask = async (socket: TestSocket, event: object): Promise<Record<string, unknown>> => {
  const ref = `r${(refs += 1)}`;
  socket.say({ event, ref });
  for (;;) {
    const frame = await socket.next<Frame>();
    if (!Buffer.isBuffer(frame) && frame.ref === ref) return { name: nameOf(frame), ...bodyOf(frame) };
  }
};
const begin = async (socket: TestSocket, callStart: object = {}) =>
  (await ask(socket, { callStart })) as unknown as Ready & { name: string };

it('is a valid AsyncAPI 3.0 document, and says of every message what it is for', () => {
  expect(document.asyncapi).toBe('3.0.0');
  expect(asyncApiFaults(document)).toEqual([]);
  for (const [key, message] of Object.entries(document.channels['voice']!.messages))
    expect([key, message]).not.toEqual([key, expect.objectContaining({ summary: '' })]);
});

describe('what crosses /ws/voice', () => {
  it('speech both ways over a stream that breaks, something typed, and a tool', async () => {
    voice.bedrock.faults.next({ kind: 'drop', afterFrames: 4 });
    const socket = await connect('alice');
    expect((await begin(socket)).name).toBe('callReady');
    expect((await ask(socket, { ping: {} }))['name']).toBe('pong');
    speak(socket, dtmfTones('42'));
    const spoken = (await readUntil(socket, isLastFinal)).map(nameOf);
    expect(spoken).toEqual(expect.arrayContaining(['audio', 'callResuming']));
    // A stream counts as found once it has lasted for a second; a short answer is over before.
    if (!spoken.includes('callResumed')) await readUntil(socket, named('callResumed'));
    socket.say({ event: { textInput: { content: 'use currentTime {"timeZone":"Europe/Berlin"}' } } });
    await readUntil(socket, (name, body) => name === 'textOutput' && String(body['content']).includes('Berlin'));
    socket.say({ event: { callEnd: {} } });
    await readUntil(socket, named('callEnded'));
  });

  it('audio in base64', async () => {
    const socket = await connect('alice');
    await begin(socket, { audio: 'json' });
    const bytes = Buffer.concat([Buffer.from(dtmfTones('5').buffer), Buffer.alloc(25_600)]);
    for (let at = 0; at < bytes.length; at += 8_192)
      socket.say({ event: { audioInput: { content: bytes.subarray(at, at + 8_192).toString('base64') } } });
    await readUntil(socket, isLastFinal);
    socket.say({ event: { callEnd: {} } });
    await readUntil(socket, named('callEnded'));
  });

  it('a token that ends, and its successor', async () => {
    const socket = await connect('alice', 20);
    await readUntil(socket, named('tokenExpiring'));
    const renewed = await ask(socket, { tokenRefresh: { token: await voice.pool.mint({ sub: 'alice' }) } });
    expect(renewed['name']).toBe('tokenRefreshed');
    const refused = await ask(socket, { tokenRefresh: { token: await voice.pool.mint({ sub: 'bob' }) } });
    expect(refused['code']).toBe('invalid_token');
  });

  it('every refusal', async () => {
    const socket = await connect('alice');
    await ask(socket, { sing: {} });
    await ask(socket, { callStart: { audio: 'none' } });
    await ask(socket, { callStart: { voiceId: 'Tiffany' } });
    await ask(socket, { callStart: { language: 'German' } });
    await ask(socket, { callStart: { assistant: 'nobody' } });
    await ask(socket, { callStart: { conversationId: 'a-conversation-of-nobody' } });
    await begin(socket);
    await ask(socket, { textInput: { content: '' } });
    await ask(socket, { audioInput: { content: 'no base64' } });
    // Ten seconds at once: more than anybody says.
    socket.socket.send(Buffer.alloc(32_000));
    for (let n = 0; n < 10; n += 1) socket.socket.send(Buffer.alloc(32_000));
    await readUntil(socket, (name, body) => name === 'error' && body['code'] === 'audio_dropped');
    voice.bedrock.faults.next({ kind: 'http', status: 403 });
    const unlucky = await connect('bob');
    await begin(unlucky);
    await readUntil(unlucky, named('callEnded'));
  });

  it('a process that leaves', async () => {
    const socket = await connect('alice');
    await begin(socket);
    const told = readUntil(socket, named('callMoving'));
    await voice.service.stop();
    await told;
  });
});

it('is what the document says: every frame of it, and no message in it that did not cross', () => {
  expect(watch.faults).toEqual([]);
  expect(watch.unseen).toEqual([]);
  expect([...watch.errorCodes].sort()).toEqual([
    'assistant_not_found',
    'audio_dropped',
    'conversation_not_found',
    'invalid_frame',
    'invalid_token',
    'model_unavailable',
    'restarting',
    'unknown_event',
  ]);
});
