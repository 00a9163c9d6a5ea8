import WebSocket from 'ws';
import { ClientError, networkError, signedOutError } from '../core/client-error';
import { until } from '../core/observable';
import { FakeClock } from '../../test/fake-clock';
import { FakeNetwork } from '../../test/fake-network';
import { frame, heard, mark, valueOf, voiceLines } from '../../test/voice-line';
import { isOver } from './call-state';

const { make, call, connection } = voiceLines();
const named = (name: string) => (state: { name: string }) => state.name === name;

describe('a call whose line is cut in the middle of a word', () => {
  it('comes back to the same call and says what was not heard, then what was said meanwhile', async () => {
    const { client, connection: before } = await call();
    for (const n of [1, 2, 3]) client.sendAudio(frame(n));
    await before.next();
    before.socket.terminate();
    expect(await until(client.state, named('reconnecting'))).toMatchObject({ attempt: 1, isOffline: false });
    client.sendAudio(frame(4));
    const again = await connection();
    await expect(again.next()).resolves.toMatchObject({
      callStart: { callId: 'call-1', conversationId: 'conversation-1' },
    });
    again.ready({ resumed: true, heardMs: 32 });
    expect([await again.next(), await again.next(), await again.next()].map(valueOf)).toEqual([2, 3, 4]);
    await until(client.state, named('listening'));
  });

  it('knows with what the line was closed last, by the other side', async () => {
    const { client, connection: before } = await call();
    expect(client.lastCloseCode).toBeUndefined();
    before.socket.terminate();
    await until(client.state, named('reconnecting'));
    expect(client.lastCloseCode).toBe(1006);
    (await connection()).socket.close(4409);
    await until(client.state, isOver);
    expect(client.lastCloseCode).toBe(4409);
  });

  it('says everything unanswered again to another replica, which knows only what was written', async () => {
    const { client, connection: before } = await call();
    client.sendAudio(frame(1));
    await before.next();
    before.say('textOutput', { contentId: 'u', role: 'USER', content: 'understood' });
    await heard(client, 'understood');
    for (const n of [2, 3]) client.sendAudio(frame(n));
    await before.next();
    before.socket.terminate();
    const again = await connection();
    await again.next();
    again.ready({ resumed: true });
    expect([await again.next(), await again.next()].map(valueOf)).toEqual([2, 3]);
  });

  it('repeats nothing to a new call that came instead of the old one', async () => {
    const { client, connection: before } = await call();
    client.sendAudio(frame(1));
    await before.next();
    before.socket.terminate();
    const again = await connection();
    await again.next();
    again.ready({ callId: 'call-2', resumed: false });
    await until(client.state, named('listening'));
    client.sendAudio(frame(2));
    expect(valueOf(await again.next())).toBe(2);
    expect(client.state.get()).toMatchObject({ callId: 'call-2', conversationId: 'conversation-1' });
  });

  it('begins a new call in the conversation when the old one is refused', async () => {
    const { connection: before } = await call();
    before.socket.terminate();
    const again = await connection();
    await again.next();
    again.say('error', { code: 'invalid_frame', kind: 'invalid', message: 'There is no such call' });
    await expect(again.next()).resolves.toEqual({ callStart: { conversationId: 'conversation-1', audio: 'binary' } });
  });

  it('plays what it had, and the rest of the answer from the new line', async () => {
    const { client, connection: before, told } = await call();
    before.say('contentStart', { contentId: 'a', type: 'AUDIO', role: 'ASSISTANT' });
    before.speech([1]);
    mark(before, 'cut');
    await heard(client, 'cut');
    before.socket.terminate();
    const again = await connection();
    await again.next();
    again.ready({ resumed: true, heardMs: 0 });
    again.speech([2]);
    mark(again, 'done');
    await heard(client, 'done');
    expect(told).toEqual(['speech 1', 'cut', 'speech 2', 'done']);
  });

  it('gives up after 30 s, with the reason, and leaves it to the person to call again', async () => {
    const clock = new FakeClock();
    const { client, connection: before } = await call({ clock, fetch: () => Promise.reject(new Error('cut')) });
    const webSockets: string[] = [];
    before.socket.terminate();
    await until(client.state, named('reconnecting'));
    for (let waited = 0; !isOver(client.state.get()) && waited < 60_000;) {
      const next = clock.nextInMs!;
      waited += next;
      clock.advance(next);
      if (isOver(client.state.get())) break;
      const { socket } = await connection();
      webSockets.push('tried');
      const attempt = webSockets.length + 1;
      socket.terminate();
      await until(client.state, (state) => isOver(state) || ('attempt' in state && state.attempt === attempt));
    }
    expect(webSockets.length).toBeGreaterThan(3);
    expect(client.state.get()).toMatchObject({ name: 'failed', error: { code: 'network' }, remedy: 'retry' });
  });

  it('does not wait for a service that asks for more time than the call has', async () => {
    const { client, connection: before } = await call();
    before.say('error', { code: 'at_capacity', kind: 'unavailable', message: 'Full', retryAfterMs: 31_000 });
    before.socket.close(1013, 'Full');
    expect(await until(client.state, named('failed'))).toMatchObject({ error: { code: 'at_capacity' } });
  });
});

describe('a call whose replica leaves', () => {
  it('moves to another after the time it was told, and says again what was not answered', async () => {
    const clock = new FakeClock();
    const { client, connection: leaving } = await call({ clock, random: () => 0 });
    client.sendAudio(frame(1));
    await leaving.next();
    leaving.say('callMoving', { retryAfterMs: 900 });
    leaving.socket.close(1012, 'The call goes on elsewhere; connect again');
    await until(client.state, (state) => state.name === 'moving' && state.attempt === 1);
    expect(clock.nextInMs).toBe(900);
    client.sendAudio(frame(2));
    clock.advance(900);
    const next = await connection();
    await expect(next.next()).resolves.toMatchObject({ callStart: { callId: 'call-1' } });
    next.ready({ resumed: true });
    expect([await next.next(), await next.next()].map(valueOf)).toEqual([1, 2]);
    await until(client.state, named('listening'));
  });

  it('comes back after a restart without a word, too', async () => {
    const { connection: leaving } = await call();
    leaving.socket.close(1012, 'restarting');
    await expect((await connection()).next()).resolves.toMatchObject({ callStart: { callId: 'call-1' } });
  });
});

describe('a call whose model is replaced', () => {
  it('says so, goes on sending, and then is live again', async () => {
    const { client, connection: line } = await call();
    line.say('callResuming', { reason: 'throttled', attempt: 2 });
    expect(await until(client.state, named('resuming'))).toEqual({ name: 'resuming', attempt: 2, reason: 'throttled' });
    client.sendAudio(frame(1));
    expect(valueOf(await line.next())).toBe(1);
    line.say('callResumed', { gapMs: 120 });
    await until(client.state, named('listening'));
  });
});

describe('a call whose token ends', () => {
  it('renews it in-band ahead of time', async () => {
    const { connection: line, wishes } = await call();
    line.say('tokenExpiring', { expiresInMs: 60_000 });
    await expect(line.next()).resolves.toEqual({ tokenRefresh: { token: 'token-2' } });
    expect(wishes[1]).toEqual({ minValidityMs: 65_000 });
  });

  it('tries again while no new one can be had, and lives on meanwhile', async () => {
    const clock = new FakeClock();
    let isDown = false;
    const tokenSource = { token: () => (isDown ? Promise.reject(networkError()) : Promise.resolve('token')) };
    const { client, connection: line } = await call({ clock, tokenSource });
    isDown = true;
    const warned = new Promise((resolve) => client.on('warning', resolve));
    line.say('tokenExpiring', { expiresInMs: 60_000 });
    await expect(warned).resolves.toMatchObject({ code: 'network' });
    isDown = false;
    clock.advance(10_000);
    await expect(line.next()).resolves.toEqual({ tokenRefresh: { token: 'token' } });
    expect(client.state.get().name).toBe('listening');
  });

  it('comes back with a new token when the old one ended all the same', async () => {
    const { connection: line, wishes } = await call();
    line.socket.close(4401, 'Token expired');
    const again = await connection();
    expect(again.protocols).toEqual(['parley.v1', 'bearer.token-2']);
    expect(wishes[1]).toEqual({ refused: 'token-1' });
    await expect(again.next()).resolves.toMatchObject({ callStart: { callId: 'call-1' } });
  });

  it('asks for a sign-in when there is no other token', async () => {
    let isSignedIn = true;
    const tokenSource = { token: () => (isSignedIn ? Promise.resolve('token') : Promise.reject(signedOutError())) };
    const { client, connection: line } = await call({ tokenSource });
    isSignedIn = false;
    line.socket.close(4401, 'Token expired');
    expect(await until(client.state, named('failed'))).toMatchObject({ remedy: 'sign-in' });
  });
});

describe('a call that another device takes', () => {
  it('ends here without a word of coming back', async () => {
    const { client, connection: line } = await call();
    line.socket.close(4409, 'The call goes on over a newer connection');
    expect(await until(client.state, named('ended'))).toMatchObject({ reason: 'replaced' });
  });

  it('is taken by its id', async () => {
    const { first } = await call({ callId: 'call-1' });
    expect(first).toEqual({ callStart: { callId: 'call-1', audio: 'binary' } });
  });
});

describe('a machine that is offline', () => {
  it('says so, tries at once when it is back, and finds its call', async () => {
    const clock = new FakeClock();
    const network = new FakeNetwork();
    const { client, connection: before } = await call({ clock, network });
    network.isOnline = false;
    before.socket.terminate();
    const state = await until(client.state, named('reconnecting'));
    expect(state).toMatchObject({ isOffline: true, error: { code: 'offline', message: 'You are offline.' } });
    network.comeBack();
    await expect((await connection()).next()).resolves.toMatchObject({ callStart: { callId: 'call-1' } });
  });

  it('notices by that at once that its line may be dead, and says it is offline when nothing answers', async () => {
    const clock = new FakeClock();
    const network = new FakeNetwork();
    const { client, connection: line } = await call({ clock, network });
    network.goAway();
    await expect(line.next()).resolves.toEqual({ tokenRefresh: { token: 'token-2' } });
    expect(client.state.get().name).toBe('listening');
    clock.advance(5_000);
    expect(client.state.get()).toMatchObject({ name: 'reconnecting', isOffline: true });
  });

  it('does not come back earlier than it was asked to', async () => {
    const clock = new FakeClock();
    const network = new FakeNetwork();
    const { client, connection: before } = await call({ clock, network });
    before.say('error', { code: 'at_capacity', kind: 'unavailable', message: 'Full', retryAfterMs: 9_000 });
    before.socket.close(1013, 'Full');
    await until(client.state, named('reconnecting'));
    network.comeBack();
    expect(clock.nextInMs).toBe(9_000);
  });

  it('doubts its line when it is back, and looks for another when that one says nothing', async () => {
    const clock = new FakeClock();
    const network = new FakeNetwork();
    const { client, connection: line } = await call({ clock, network });
    network.comeBack();
    await expect(line.next()).resolves.toEqual({ tokenRefresh: { token: 'token-2' } });
    clock.advance(5_000);
    expect(client.state.get()).toMatchObject({ name: 'reconnecting', error: { code: 'network' } });
    // Not 1000, which would be a hang-up.
    const [code] = (await new Promise<unknown[]>((resolve) => line.socket.once('close', (...all) => resolve(all))))!;
    expect(code).toBe(4000);
  });

  it('keeps a line that answers', async () => {
    const clock = new FakeClock();
    const network = new FakeNetwork();
    const { client, connection: line } = await call({ clock, network });
    network.comeBack();
    await line.next();
    line.say('tokenRefreshed', { expiresAt: '2026-01-01T00:00:00Z' });
    mark(line, 'here');
    await heard(client, 'here');
    clock.advance(5_000);
    expect(client.state.get().name).toBe('listening');
  });
});

describe('a line that died unseen', () => {
  it('is asked after 25 s of silence', async () => {
    const clock = new FakeClock();
    const { connection: line } = await call({ clock });
    clock.advance(25_000);
    await expect(line.next()).resolves.toEqual({ tokenRefresh: { token: 'token-2' } });
  });

  it('is given up when it took nothing for 8 s', async () => {
    const clock = new FakeClock();
    const { client } = await call({
      clock,
      webSocket: (url, protocols) => {
        const socket = new WebSocket(url, protocols);
        Object.defineProperty(socket, 'bufferedAmount', { value: 1e6 });
        return socket as never;
      },
    });
    const dropped: number[] = [];
    client.on('audioDropped', ({ droppedMs }) => void dropped.push(droppedMs));
    for (let ms = 0; ms < 12_000; ms += 32) {
      client.sendAudio(frame(1));
      clock.advance(32);
    }
    expect(client.state.get()).toMatchObject({ name: 'reconnecting' });
    expect(dropped.length).toBeGreaterThan(0);
  });
});

it.each<[number, string, object]>([
  [4401, 'Signed out', { name: 'failed', remedy: 'sign-in' }],
  [4403, 'Forbidden', { name: 'failed', remedy: 'none' }],
  [4408, 'Idle', { name: 'ended', reason: 'idle' }],
  [1007, 'Invalid', { name: 'failed', remedy: 'retry', error: expect.any(ClientError) }],
])('a call does not come back after %i %s', async (code, reason, state) => {
  const { client, connection: line } = await call();
  line.socket.close(code, reason);
  expect(await until(client.state, isOver)).toMatchObject(state);
});

it('a call tells what the service could not take of what was said', async () => {
  const { client } = make();
  const started = client.start();
  const line = await connection();
  await line.next();
  line.ready();
  await started;
  const told = new Promise((resolve) => client.on('audioDropped', resolve));
  line.say('error', { code: 'audio_dropped', kind: 'invalid', message: 'Too fast', droppedMs: 64 });
  await expect(told).resolves.toEqual({ droppedMs: 64 });
});
