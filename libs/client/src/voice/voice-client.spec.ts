import { until } from '../core/observable';
import { signedOutError } from '../core/client-error';
import { systemClock } from '../core/clock';
import { FakeClock } from '../../test/fake-clock';
import { startHttpServer, type Answer } from '../../test/http-server';
import { frame, heard, mark, valueOf, voiceLines } from '../../test/voice-line';
import type { ServerConnection } from '../../test/voice-server';

const { make, call, connection: connected } = voiceLines();

describe('VoiceClient, beginning', () => {
  it('brings the token as a subprotocol, not in the URL, and begins a managed call', async () => {
    const { connection, first, client } = await call({
      assistant: 'guide',
      language: 'de',
      conversationId: 'conversation-1',
    });
    expect(connection.url).toBe('/ws/voice');
    expect(connection.protocols).toEqual(['parley.v1', 'bearer.token-1']);
    expect(first).toEqual({
      callStart: { assistant: 'guide', language: 'de', conversationId: 'conversation-1', audio: 'binary' },
    });
    expect(client.state.get()).toEqual({ name: 'listening', callId: 'call-1', conversationId: 'conversation-1' });
  });

  it('sends frames as binary, and what was said while it connected', async () => {
    const { client } = make();
    const started = client.start();
    client.sendAudio(frame(1));
    const connection = await connected();
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
    const connection = await connected();
    await connection.next();
    connection.say('error', { code: 'conversation_not_found', kind: 'invalid', message: 'There is none' });
    await expect(started).rejects.toMatchObject({ code: 'conversation_not_found' });
    expect(client.state.get()).toMatchObject({ name: 'failed', remedy: 'none' });
  });

  it('tries a refused token’s successor once, then asks for a sign-in', async () => {
    const { client, wishes } = make();
    const started = client.start();
    for (let n = 0; n < 2; n++) (await connected()).socket.close(1008, 'Invalid authentication token');
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
    const { client } = make({ maxAttempts: 2 });
    const started = client.start();
    for (let n = 0; n < 3; n++) {
      const connection = await connected();
      connection.say('error', { code: 'at_capacity', kind: 'unavailable', message: 'All lines are busy' });
      connection.socket.close(1013, 'All lines are busy');
    }
    await expect(started).rejects.toMatchObject({ code: 'at_capacity', message: 'All lines are busy' });
    expect(client.state.get()).toMatchObject({ name: 'failed', remedy: 'retry' });
  });

  it('asks again on a new line when no call could be had, after the time it was told, and says why it waits', async () => {
    const clock = new FakeClock();
    const { client } = make({ clock });
    const started = client.start();
    const connection = await connected();
    await connection.next();
    const facts = { code: 'at_capacity', kind: 'unavailable', message: 'All lines are busy', retryAfterMs: 7_000 };
    connection.say('error', facts);
    const waiting = await until(client.state, (state) => state.name === 'connecting' && state.attempt === 2);
    expect(waiting).toMatchObject({ error: { message: 'All lines are busy' } });
    expect(clock.nextInMs).toBe(7_000);
    clock.advance(7_000);
    const again = await connected();
    await again.next();
    again.ready();
    await started;
  });

  it('can bring a ticket instead, where subprotocols do not come through', async () => {
    const http = await startHttpServer(() => ({ status: 201, json: { ticket: 'once', expiresInMs: 30_000 } }));
    const { client } = make({
      credential: 'ticket',
      fetch: (input, init) => fetch(input.replace(/^http:\/\/[^/]+/, http.url), init),
    });
    const started = client.start();
    const connection = await connected();
    expect(connection.url).toBe('/ws/voice?ticket=once');
    expect(connection.protocols).toEqual(['parley.v1']);
    expect(http.seen).toMatchObject([{ path: '/api/session/ticket', body: '{"audience":"voice"}' }]);
    await connection.next();
    connection.ready();
    await started;
    await http.close();
  });

  it('asks why, where a browser sees only that the handshake failed', async () => {
    const answers: Answer = { status: 429, json: { code: 'too_many_requests', kind: 'unavailable', message: 'Later' } };
    const http = await startHttpServer(() => answers);
    const { client } = make({ baseUrl: http.url, maxAttempts: 0 });
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

describe('VoiceClient, its line', () => {
  it('is measured when it is up, and again ten seconds after each answer, also of a service that does not know pings', async () => {
    const clock = new FakeClock();
    const { client, connection } = await call({ clock });
    const trips: number[] = [];
    client.on('roundTrip', ({ ms }) => void trips.push(ms));
    const asked = async (times: number): Promise<void> => {
      // What is typed comes after the ping.
      client.sendText('mark');
      expect(await connection.next()).toEqual({ textInput: { content: 'mark' } });
      expect(connection.pings).toHaveLength(times);
    };
    const settled = async (content: string): Promise<void> => {
      mark(connection, content);
      await heard(client, content);
    };
    await asked(1);
    clock.advance(40);
    connection.say('pong');
    await settled('first');
    clock.advance(9_999);
    await asked(1);
    clock.advance(1);
    await asked(2);
    clock.advance(25);
    const unknown = { code: 'unknown_event', kind: 'invalid', message: 'There is no such event' };
    const warned = jest.fn();
    client.on('warning', warned);
    connection.say('error', { ...unknown, ref: connection.pings[1] });
    await settled('second');
    expect(trips).toEqual([40, 25]);
    expect(warned).not.toHaveBeenCalled();
    // Older services lend the ref of the last frame to errors that answer none.
    connection.say('error', {
      code: 'budget_reached',
      kind: 'unavailable',
      message: 'Later',
      ref: connection.pings[1],
    });
    await settled('third');
    expect(warned).toHaveBeenCalledTimes(1);
    client.hangUp().catch(() => undefined);
    connection.say('callEnded', { reason: 'hangup', durationMs: 1 });
    await until(client.state, ({ name }) => name === 'ended');
    clock.advance(20_000);
    expect(connection.pings).toHaveLength(2);
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
