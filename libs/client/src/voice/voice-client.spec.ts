import { until } from '../core/observable';
import { ClientError, signedOutError } from '../core/client-error';
import { systemClock } from '../core/clock';
import type { TokenWish } from '../session/token-provider';
import { startHttpServer, type Answer } from '../../test/http-server';
import { startVoiceServer, type ServerConnection } from '../../test/voice-server';
import { VoiceClient, type VoiceClientOptions } from './voice-client';

let server: Awaited<ReturnType<typeof startVoiceServer>>;
const clients: VoiceClient[] = [];
beforeEach(async () => void (server = await startVoiceServer()));
afterEach(async () => {
  server.endCalls();
  await Promise.all(clients.splice(0).map((client) => client.hangUp()));
  await server.close();
});

/** The system's clock with all waits as good as gone. */
const hasty = { ...systemClock, after: (ms: number, run: () => void) => systemClock.after(ms > 4_000 ? ms : 1, run) };

function make(options: Partial<VoiceClientOptions> = {}) {
  const wishes: TokenWish[] = [];
  const tokenSource = {
    token: (wish: TokenWish = {}) => {
      wishes.push(wish);
      return Promise.resolve(`token-${wishes.length}`);
    },
  };
  const client = new VoiceClient({ tokenSource, baseUrl: server.url, clock: hasty, ...options });
  clients.push(client);
  const told: string[] = [];
  client.on('interrupted', () => void told.push('interrupted'));
  client.on('speech', (pcm) => void told.push(`speech ${[...pcm].join()}`));
  client.on('textOutput', ({ content }) => void told.push(content));
  return { client, wishes, told };
}

/** A call that is up, from both ends. */
async function call(options?: Partial<VoiceClientOptions>) {
  const made = make(options);
  const started = made.client.start();
  const connection = await server.connection();
  const first = await connection.next();
  connection.ready();
  await started;
  return { ...made, connection, first };
}
const heard = (client: VoiceClient, content: string): Promise<void> =>
  new Promise((resolve) => void client.on('textOutput', (text) => text.content === content && resolve()));
const mark = (connection: ServerConnection, content: string) =>
  connection.say('textOutput', { contentId: 'mark', role: 'ASSISTANT', content });
const frame = (value: number) => new Int16Array(512).fill(value);
const valueOf = (data: unknown) => (data as Buffer).readInt16LE(0);

describe('VoiceClient, beginning', () => {
  it('brings the token as a subprotocol, not in the URL, and begins a managed call', async () => {
    const { connection, first, client } = await call({ assistant: 'guide', conversationId: 'conversation-1' });
    expect(connection.url).toBe('/ws/voice');
    expect(connection.protocols).toEqual(['parley.v1', 'bearer.token-1']);
    expect(first).toEqual({
      callStart: { assistant: 'guide', conversationId: 'conversation-1', audio: 'binary' },
    });
    expect(client.state.get()).toEqual({ name: 'listening', callId: 'call-1', conversationId: 'conversation-1' });
  });

  it('sends frames as binary, and what was said while it connected', async () => {
    const { client } = make();
    const started = client.start();
    client.sendAudio(frame(1));
    const connection = await server.connection();
    await connection.next();
    connection.ready();
    await started;
    client.sendAudio(frame(2));
    const frames = [await connection.next(), await connection.next()];
    expect(frames.map((one) => (one as Buffer).length)).toEqual([1_024, 1_024]);
    expect(frames.map(valueOf)).toEqual([1, 2]);
  });

  it('fails with the service’s words when there is no such conversation', async () => {
    const { client } = make({ conversationId: 'unknown-conversation' });
    const started = client.start();
    const connection = await server.connection();
    await connection.next();
    connection.say('error', { code: 'conversation_not_found', kind: 'invalid', message: 'There is none' });
    await expect(started).rejects.toMatchObject({ code: 'conversation_not_found' });
    expect(client.state.get()).toMatchObject({ name: 'failed', remedy: 'none' });
  });

  it('tries a refused token’s successor once, then asks for a sign-in', async () => {
    const { client, wishes } = make();
    const started = client.start();
    for (let n = 0; n < 2; n++) (await server.connection()).socket.close(1008, 'Invalid authentication token');
    await expect(started).rejects.toMatchObject({ kind: 'denied' });
    expect(wishes).toEqual([{}, { refused: 'token-1' }]);
    expect(client.state.get()).toMatchObject({ name: 'failed', remedy: 'sign-in' });
  });

  it('opens no socket for somebody who is signed out', async () => {
    const { client } = make({ tokenSource: { token: () => Promise.reject(signedOutError()) } });
    await expect(client.start()).rejects.toMatchObject({ code: 'signed_out' });
    expect(client.state.get()).toMatchObject({ name: 'failed', remedy: 'sign-in' });
  });

  it('gives up on a full service after a few tries, with its reason', async () => {
    const { client } = make({ maxAttempts: { first: 2, again: 2 } });
    const started = client.start();
    for (let n = 0; n < 3; n++) {
      const connection = await server.connection();
      connection.say('error', { code: 'at_capacity', kind: 'unavailable', message: 'All lines are busy' });
      connection.socket.close(1013, 'All lines are busy');
    }
    await expect(started).rejects.toMatchObject({ code: 'at_capacity', message: 'All lines are busy' });
    expect(client.state.get()).toMatchObject({ name: 'failed', remedy: 'retry' });
  });

  it('asks why, where a browser sees only that the handshake failed', async () => {
    const answers: Answer = { status: 429, json: { code: 'too_many_requests', kind: 'unavailable', message: 'Later' } };
    const http = await startHttpServer(() => answers);
    const { client } = make({ baseUrl: http.url, maxAttempts: { first: 0, again: 0 } });
    await expect(client.start()).rejects.toMatchObject({ code: 'too_many_requests', status: 429 });
    expect(http.seen.at(-1)).toMatchObject({
      path: '/api/session/me',
      headers: { authorization: 'Bearer token-1' },
    });
    await http.close();
  });
});

describe('VoiceClient, speech', () => {
  const audio = (connection: ServerConnection, contentId: string) =>
    connection.say('contentStart', { contentId, type: 'AUDIO', role: 'ASSISTANT' });

  it('speaks from the start of an audio block to the end of the turn', async () => {
    const { client, connection, told } = await call();
    audio(connection, 'a');
    connection.speech([1, 2]);
    await until(client.state, ({ name }) => name === 'speaking');
    connection.say('contentEnd', { contentId: 'a', type: 'AUDIO', stopReason: 'PARTIAL_TURN' });
    mark(connection, 'between');
    await heard(client, 'between');
    expect(client.state.get().name).toBe('speaking');
    connection.say('contentEnd', { contentId: 'b', type: 'AUDIO', stopReason: 'END_TURN' });
    await until(client.state, ({ name }) => name === 'listening');
    expect(told[0]).toBe('speech 1,2');
  });

  it.each<[string, (connection: ServerConnection) => void]>([
    ['the end of a block', (on) => on.say('contentEnd', { contentId: 'a', type: 'AUDIO', stopReason: 'INTERRUPTED' })],
    ['the marker', (on) => mark(on, ' { "interrupted" : true } ')],
  ])('stops at %s, and drops what comes late of it', async (_, bargeIn) => {
    const { client, connection, told } = await call();
    audio(connection, 'a');
    connection.speech([1]);
    bargeIn(connection);
    connection.speech([2]);
    connection.say('audioOutput', { contentId: 'a', content: 'AwA=' });
    audio(connection, 'b');
    connection.speech([3]);
    mark(connection, 'done');
    await heard(client, 'done');
    expect(told.filter((one) => !one.includes('{'))).toEqual(['speech 1', 'interrupted', 'speech 3', 'done']);
  });

  it('tells one barge-in once, however often it is announced, and leaves the next answer alone', async () => {
    const { client, connection, told } = await call();
    connection.say('contentStart', { contentId: 't', type: 'TEXT', role: 'ASSISTANT' });
    audio(connection, 'a');
    connection.say('contentEnd', { contentId: 'a', type: 'AUDIO', stopReason: 'INTERRUPTED' });
    audio(connection, 'b');
    connection.say('contentEnd', { contentId: 't', type: 'TEXT', stopReason: 'INTERRUPTED' });
    connection.speech([3]);
    mark(connection, 'done');
    await heard(client, 'done');
    expect(told).toEqual(['interrupted', 'speech 3', 'done']);
  });

  it('lives on through frames it does not understand', async () => {
    const { client, connection, told } = await call();
    connection.socket.send('no JSON');
    connection.socket.send('{"event":{"somethingNew":{"x":1}}}');
    connection.socket.send('{"event":null}');
    connection.socket.send(Buffer.from([1, 2, 3]));
    mark(connection, 'still here');
    await heard(client, 'still here');
    expect(told).toEqual(['still here']);
  });

  it('sends what is typed', async () => {
    const { client, connection } = await call();
    client.sendText('hello');
    await expect(connection.next()).resolves.toEqual({ textInput: { content: 'hello' } });
  });
});

describe('VoiceClient, keeping a call', () => {
  it('comes back to the same call after it lost its line, and sends what was said meanwhile', async () => {
    const { client, connection } = await call();
    client.sendAudio(frame(1));
    await connection.next();
    connection.socket.terminate();
    await until(client.state, ({ name }) => name === 'reconnecting');
    client.sendAudio(frame(2));
    const again = await server.connection();
    await expect(again.next()).resolves.toMatchObject({
      callStart: { callId: 'call-1', conversationId: 'conversation-1' },
    });
    again.ready({ resumed: true });
    // Not frame 1: the replica that holds the call heard it before the line broke.
    expect(valueOf(await again.next())).toBe(2);
    await until(client.state, ({ name }) => name === 'listening');
  });

  it('after callMoving says again what was not answered', async () => {
    const { client, connection } = await call();
    client.sendAudio(frame(1));
    await connection.next();
    connection.say('textOutput', { contentId: 'u', role: 'USER', content: 'understood' });
    await heard(client, 'understood');
    client.sendAudio(frame(2));
    await connection.next();
    connection.say('callMoving', { retryAfterMs: 1 });
    connection.socket.close(1012, 'restarting');
    const again = await server.connection();
    await again.next();
    again.ready({ resumed: true });
    expect(valueOf(await again.next())).toBe(2);
  });

  it('takes up only the conversation once the call itself is past coming back to', async () => {
    let late = 0;
    const { client, connection } = await call({ clock: { ...hasty, now: () => Date.now() + late } });
    connection.socket.terminate();
    await until(client.state, ({ name }) => name === 'reconnecting');
    late = 31_000;
    const again = await server.connection();
    await expect(again.next()).resolves.toEqual({
      callStart: { conversationId: 'conversation-1', audio: 'binary' },
    });
  });

  it('gives up after its last try', async () => {
    const { client, connection } = await call({ maxAttempts: { first: 1, again: 2 }, fetch: () => Promise.reject() });
    connection.socket.terminate();
    for (let n = 0; n < 2; n++) (await server.connection()).socket.terminate();
    const state = await until(client.state, ({ name }) => name === 'failed');
    expect(state).toMatchObject({ error: { code: 'network' }, remedy: 'retry' });
  });

  it('renews its token in-band before it ends', async () => {
    const { connection, wishes } = await call();
    connection.say('tokenExpiring', { expiresInMs: 60_000 });
    await expect(connection.next()).resolves.toEqual({ tokenRefresh: { token: 'token-2' } });
    expect(wishes[1]).toEqual({ minValidityMs: 65_000 });
  });

  it('comes back with a new token when the old one ended during the call', async () => {
    const { connection, wishes } = await call();
    connection.socket.close(4401, 'Token expired');
    const again = await server.connection();
    expect(again.protocols).toEqual(['parley.v1', 'bearer.token-2']);
    expect(wishes[1]).toEqual({ refused: 'token-1' });
  });

  it.each<[number, string, object]>([
    [4401, 'Signed out', { name: 'failed', remedy: 'sign-in' }],
    [4403, 'Forbidden', { name: 'failed', remedy: 'none' }],
    [4408, 'Idle', { name: 'ended', reason: 'idle' }],
    [4409, 'Replaced', { name: 'ended', reason: 'replaced' }],
    [1007, 'Invalid', { name: 'failed', remedy: 'retry', error: expect.any(ClientError) }],
  ])('does not come back after %i %s', async (code, reason, state) => {
    const { client, connection } = await call();
    connection.socket.close(code, reason);
    expect(await until(client.state, ({ name }) => name === 'failed' || name === 'ended')).toMatchObject(state);
  });

  it('shows the model’s own reconnecting, and goes on', async () => {
    const { client, connection } = await call();
    connection.say('callResuming', { reason: 'stream_limit', attempt: 1 });
    await until(client.state, ({ name }) => name === 'reconnecting');
    connection.say('callResumed', { gapMs: 120 });
    await until(client.state, ({ name }) => name === 'listening');
  });

  it('gives a line up that took nothing for 8 s', async () => {
    let now = 0;
    const { client } = await call({
      clock: { ...hasty, now: () => now },
      webSocket: (url, protocols) => {
        const socket = new WebSocket(url, protocols);
        Object.defineProperty(socket, 'bufferedAmount', { value: 1e6 });
        return socket as never;
      },
    });
    for (; now < 12_000; now += 32) client.sendAudio(frame(1));
    expect(client.state.get()).toMatchObject({ name: 'reconnecting' });
  });
});

describe('VoiceClient, ending', () => {
  it('hangs up and waits for the service’s word', async () => {
    const { client, connection } = await call();
    const hungUp = client.hangUp();
    await expect(connection.next()).resolves.toEqual({ callEnd: {} });
    connection.say('callEnded', { reason: 'hangup', durationMs: 1_234 });
    await hungUp;
    expect(client.state.get()).toMatchObject({ name: 'ended', reason: 'hangup', durationMs: 1_234 });
  });

  it('hangs up without a word from a service that says none', async () => {
    const { client } = await call({
      clock: { ...systemClock, after: (ms, run) => systemClock.after(ms === 5_000 ? 1 : ms, run) },
    });
    await client.hangUp();
    expect(client.state.get()).toMatchObject({ name: 'ended', reason: 'hangup' });
  });

  it('hangs up while it looks for its line', async () => {
    const { client, connection } = await call({ clock: { ...systemClock, after: () => undefined } });
    connection.socket.terminate();
    await until(client.state, ({ name }) => name === 'reconnecting');
    await client.hangUp();
    expect(client.state.get()).toMatchObject({ name: 'ended' });
  });

  it('passes on why the service ended it', async () => {
    const { client, connection } = await call();
    connection.say('callEnded', { reason: 'limit', durationMs: 9 });
    expect(await until(client.state, ({ name }) => name === 'ended')).toMatchObject({ reason: 'limit' });
  });

  it('fails with the error that the service told before, when the model behind it failed, and does not call again', async () => {
    const { client, connection } = await call();
    connection.say('error', {
      code: 'at_capacity',
      kind: 'unavailable',
      message: 'All lines are busy',
      retryAfterMs: 5,
    });
    connection.say('callEnded', { reason: 'model_failed', durationMs: 9 });
    const state = await until(client.state, ({ name }) => name !== 'listening');
    expect(state).toMatchObject({ name: 'failed', remedy: 'retry', error: { code: 'at_capacity' } });
  });
});
