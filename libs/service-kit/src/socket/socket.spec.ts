import { createConnection } from 'node:net';
import { once } from 'node:events';
import { TICKET_STORE, type TicketStore } from '@parley/auth';
import { gates, seen, startExample } from '../testing/example-service';
import { TestSocket } from '../testing/test-socket';

let example: Awaited<ReturnType<typeof startExample>>;
let token: string;
beforeAll(async () => {
  example = await startExample();
  token = await example.pool.mint({ sub: 'alice' });
});
afterAll(() => example.close());
beforeEach(() => void (seen.length = 0));

const open = async (options: { token?: string; path?: string } = {}) => {
  const socket = new TestSocket(example.ws + (options.path ?? '/ws/example'), [
    'parley.v1',
    `bearer.${options.token ?? token}`,
  ]);
  await socket.opened();
  return socket;
};

describe('a handshake', () => {
  it.each([
    ['without a token', '/ws/example', [], { code: 1008, reason: 'Missing authentication token' }],
    ['with an empty token', '/ws/example?token=', [], { code: 1008, reason: 'Missing authentication token' }],
    ['with a broken token', '/ws/example?token=broken', [], { code: 1008, reason: 'Invalid authentication token' }],
    [
      'with a broken subprotocol token',
      '/ws/example',
      ['parley.v1', 'bearer.broken'],
      { code: 1008, reason: 'Invalid authentication token' },
    ],
    [
      'with a ticket where none opens',
      '/ws/example?ticket=abc',
      [],
      { code: 1008, reason: 'Invalid authentication token' },
    ],
  ])('%s completes and closes at once, before any gateway code', async (_, path, protocols, close) => {
    const socket = new TestSocket(example.ws + path, protocols);
    await socket.opened();
    expect(await socket.closed).toEqual(close);
    expect(seen).toEqual([]);
  });

  it('is answered 1013, not 1008, while keys cannot be read', async () => {
    example.pool.answerKeysWith('outage');
    const unknown = await example.pool.mint({ header: { kid: 'new-key' } });
    const socket = new TestSocket(`${example.ws}/ws/example?token=${unknown}`);
    expect(await socket.next()).toMatchObject({
      event: 'error',
      data: { code: 'signing_keys_unavailable', retryAfterMs: expect.any(Number) },
    });
    expect((await socket.closed).code).toBe(1013);
    example.pool.answerKeysWith('keys');
  });

  it.each(['/ws/example/', '/ws/example?sessionId=abc', '/ws/example/?sessionId=abc'])('opens at %s', async (path) => {
    const socket = new TestSocket(example.ws + path, [], { headers: { authorization: `Bearer ${token}` } });
    await socket.opened();
    expect(seen).toEqual(['connected alice']);
    socket.socket.close();
    await socket.closed;
  });

  it('selects parley.v1 and never echoes the credential', async () => {
    const socket = await open();
    expect(socket.socket.protocol).toBe('parley.v1');
    socket.socket.close();
  });

  it('from a foreign origin is 403 on the HTTP level, whatever token it brings', async () => {
    const socket = new TestSocket(`${example.ws}/ws/example`, ['parley.v1', `bearer.${token}`], {
      origin: 'https://evil.example',
    });
    const [, response] = (await once(socket.socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(403);
    expect(seen).toEqual([]);
  });

  it('on an unknown path is 404', async () => {
    const socket = new TestSocket(`${example.ws}/ws/unknown`, [`bearer.${token}`]);
    const [, response] = (await once(socket.socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(404);
  });

  it('is authenticated before a frame that came in the same packet is handled', async () => {
    const raw = createConnection(example.service.port, '127.0.0.1');
    const frame = Buffer.from('{"event":"echo","data":{"text":"early"}}');
    const masked = Buffer.concat([Buffer.from([0x81, 0x80 | frame.length, 0, 0, 0, 0]), frame]);
    const head = `GET /ws/example?token=broken HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    raw.write(Buffer.concat([Buffer.from(head), masked]));
    let received = Buffer.alloc(0);
    raw.on('data', (chunk) => (received = Buffer.concat([received, chunk])));
    raw.on('error', () => undefined);
    while (!received.includes('Invalid authentication token')) await once(raw, 'data');
    raw.destroy();
    expect(seen).toEqual([]);
    expect(received.toString()).not.toContain('echoed');
  });
});

describe('a frame', () => {
  let socket: TestSocket;
  beforeEach(async () => (socket = await open()));
  afterEach(async () => {
    socket.socket.close();
    await socket.closed;
  });

  it('reaches its handler, and its answer carries the ref', async () => {
    socket.say({ event: 'echo', data: { text: 'hi' }, ref: 'r1' });
    expect(await socket.next()).toEqual({ event: 'echoed', data: { text: 'hi', by: 'alice' }, ref: 'r1' });
  });

  it.each([
    ['that is not JSON', '{', 'invalid_frame', undefined],
    ['that is a list', '[]', 'invalid_frame', undefined],
    ['without an event', '{"ref":"r"}', 'invalid_frame', 'r'],
    ['with an unknown event', '{"event":"nothing","ref":"r3"}', 'unknown_event', 'r3'],
    ['named as a property of objects', '{"event":"__proto__","ref":"r4"}', 'unknown_event', 'r4'],
    ['that its handler refuses', '{"event":"fail","ref":"r5"}', 'conversation_not_found', 'r5'],
    ['that meets a bug', '{"event":"bug","ref":"r6"}', 'internal', 'r6'],
    ['whose handler wants a role', '{"event":"admins","ref":"r7"}', 'forbidden', 'r7'],
  ])('%s is answered, and the connection goes on', async (_, text, code, ref) => {
    socket.say(text);
    const answer = await socket.next<{ event: string; data: { code: string; ref?: string } }>();
    expect(answer).toMatchObject({ event: 'error', data: { code } });
    expect(answer.data.ref).toBe(ref);
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    socket.say({ event: 'echo', data: { text: 'still here' } });
    expect(await socket.next()).toMatchObject({ event: 'echoed' });
  });

  it('sent as `action` with flat fields is understood', async () => {
    socket.say({ action: 'echo', text: 'flat' });
    expect(await socket.next()).toMatchObject({ event: 'echoed', data: { text: 'flat' } });
  });

  it('waits for the one before it, binary ones too', async () => {
    let release = () => undefined as void;
    gates.set('first', new Promise<void>((resolve) => (release = resolve)));
    socket.say({ event: 'echo', data: { text: 'one', wait: 'first' } });
    socket.say({ event: 'echo', data: { text: 'two' } });
    socket.socket.send(Buffer.from([1, 2]));
    // The handshake of a later ping proves that all three frames have arrived.
    socket.socket.ping();
    await once(socket.socket, 'pong');
    expect(seen.filter((line) => line.startsWith('binary'))).toEqual([]);
    release();
    expect(await socket.next()).toMatchObject({ data: { text: 'one' } });
    expect(await socket.next()).toMatchObject({ data: { text: 'two' } });
    expect(await socket.next()).toEqual(Buffer.from([1, 2]));
  });

  it('waits unread when 200 others wait before it, and none is lost', async () => {
    let release = () => undefined as void;
    gates.set('flood', new Promise<void>((resolve) => (release = resolve)));
    socket.say({ event: 'echo', data: { text: '0', wait: 'flood' } });
    for (let n = 1; n <= 200; n += 1) socket.say({ event: 'echo', data: { text: String(n) } });
    release();
    for (let n = 0; n <= 200; n += 1) expect(await socket.next()).toMatchObject({ data: { text: String(n) } });
  });

  it('of binary on a path that expects none is answered, and not as the text frame before it', async () => {
    const other = new TestSocket(`${example.ws}/ws/open`);
    await other.opened();
    other.say({ event: { nothing: {} }, ref: 'r-1' });
    expect(await other.next()).toMatchObject({ event: { error: { code: 'unknown_event', ref: 'r-1' } }, ref: 'r-1' });
    other.socket.send(Buffer.from([1]));
    const answer = await other.next<{ event: { error: object } }>();
    expect(answer).toMatchObject({ event: { error: { code: 'invalid_frame' } } });
    expect([answer, answer.event.error].filter((one) => 'ref' in one)).toEqual([]);
    other.socket.close();
  });
});

it.each([
  ['a text frame over 64 KiB', 'x'.repeat((64 << 10) + 1)],
  ['a binary frame over 32 KiB', Buffer.alloc((32 << 10) + 2)],
])('closes with 1009 on %s', async (_, data) => {
  const socket = await open();
  socket.socket.send(data);
  expect((await socket.closed).code).toBe(1009);
});

it('closes a handler without a mark on a public path to those who brought no token', async () => {
  const socket = new TestSocket(`${example.ws}/ws/open`);
  await socket.opened();
  socket.say({ event: { hello: {} } });
  expect(await socket.next()).toEqual({ event: { hello: {} } });
  socket.socket.close();
});

describe('a token that ends while the socket is open', () => {
  const short = (options = {}) => example.pool.mint({ sub: 'carol', expiresInS: 30, ...options });

  it('is announced, renewed in-band, and its rights become the new ones', async () => {
    const socket = await open({ token: await short() });
    expect(await socket.next()).toMatchObject({ event: 'tokenExpiring', data: { expiresInMs: expect.any(Number) } });
    socket.say({ event: 'admins' });
    expect(await socket.next()).toMatchObject({ data: { code: 'forbidden' } });
    socket.say({
      event: 'tokenRefresh',
      data: { token: await short({ groups: ['admins'], expiresInS: 3_600 }) },
      ref: 't',
    });
    expect(await socket.next()).toMatchObject({ event: 'tokenRefreshed', ref: 't' });
    socket.say({ event: 'admins' });
    expect(await socket.next()).toMatchObject({ event: 'welcome' });
    socket.socket.close();
  });

  it('loses at a renewal what the new token no longer says, from the next frame on, and ends with it though it ends earlier', async () => {
    const socket = await open({ token: await short({ groups: ['admins'], expiresInS: 3_600 }) });
    socket.say({ event: 'admins' });
    expect(await socket.next()).toMatchObject({ event: 'welcome' });
    socket.say({ event: 'tokenRefresh', data: { token: await short({ expiresInS: -3 }) } });
    socket.say({ event: 'admins' });
    expect(await socket.next()).toMatchObject({ event: 'tokenRefreshed' });
    expect(await socket.next()).toMatchObject({ event: 'error', data: { code: 'forbidden' } });
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Token expired' });
  });

  it('is not renewed by the same person’s token for another app client', async () => {
    const clients = await startExample({ pool: example.pool, clientIds: [example.pool.clientId, 'another-app'] });
    const socket = new TestSocket(`${clients.ws}/ws/example?token=${await short({ expiresInS: 3_600 })}`);
    await socket.opened();
    const other = await short({ clientId: 'another-app', expiresInS: 3_600 });
    expect((await fetch(`${clients.url}/api/closed`, { headers: { authorization: `Bearer ${other}` } })).status).toBe(
      200,
    );
    socket.say({ event: 'tokenRefresh', data: { token: other } });
    expect(await socket.next()).toMatchObject({ event: 'error', data: { code: 'invalid_token' } });
    await clients.close();
  });

  it('is renewed by an ID token only where ID tokens open the path', async () => {
    const socket = await open({ token: await short({ expiresInS: 3_600 }) });
    const older = await open({ path: '/ws/id', token: await short({ use: 'id', expiresInS: 3_600 }) });
    for (const [one, event] of [[socket, 'error'], [older, 'tokenRefreshed']] as const) {
      one.say({ event: 'tokenRefresh', data: { token: await short({ use: 'id', expiresInS: 3_600 }) } });
      expect(await one.next()).toMatchObject({ event });
      one.socket.close();
    }
  }); // prettier-ignore

  it('that opened it by a ticket ends the socket as the token would that the ticket was bought with', async () => {
    const brief = await startExample({ pool: example.pool, life: { everyMs: 20, toleranceMs: 0 } });
    const tickets = brief.service.app.get<TicketStore>(TICKET_STORE, { strict: false });
    const expiresAt = Date.now() + 2_000;
    const principal = { kind: 'user' as const, id: 'dan', groups: [], clientId: 'test-client', expiresAt };
    const socket = new TestSocket(`${brief.ws}/ws/guests?ticket=${await tickets.issue(principal, 'chat')}`);
    expect(await socket.next()).toMatchObject({ event: 'welcome', data: { id: 'dan' } });
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Token expired' });
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt);
    await brief.close();
  });

  it('ends the socket with 4401 when it is not renewed', async () => {
    const socket = await open({ token: await short({ expiresInS: -3 }) });
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Token expired' });
  });

  it('is not renewed by the token of another subject; the fifth refusal ends the socket with 4401', async () => {
    const socket = await open();
    const other = await example.pool.mint({ sub: 'bob' });
    for (let n = 0; n < 4; n += 1) {
      socket.say({ event: 'tokenRefresh', data: { token: other } });
      expect(await socket.next()).toMatchObject({ event: 'error', data: { code: 'invalid_token' } });
    }
    socket.say({ event: 'tokenRefresh', data: { token: other } });
    expect((await socket.closed).code).toBe(4401);
  });
});

it('tells the gateway once when a connection is gone, however it ended', async () => {
  const socket = await open();
  socket.socket.terminate();
  await expect(until(() => seen.includes('disconnected'))).resolves.toBe(true);
  expect(seen.filter((line) => line === 'disconnected')).toHaveLength(1);
});

async function until(holds: () => boolean): Promise<boolean> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
  return true;
}

it('logs no token, wherever it came in', async () => {
  for (const value of [token, token.split('.')[2]!]) expect(example.log()).not.toContain(value);
});

describe('a restart', () => {
  it('closes every socket with 1012', async () => {
    const leaving = await startExample();
    const socket = new TestSocket(`${leaving.ws}/ws/example`, ['parley.v1', `bearer.${await leaving.pool.mint()}`]);
    await socket.opened();
    const [told, closed] = await Promise.all([socket.next(), socket.closed, leaving.close()]);
    expect(told).toMatchObject({ event: 'error', data: { code: 'restarting', retryAfterMs: expect.any(Number) } });
    expect(closed).toEqual({ code: 1012, reason: 'Service restarting' });
  });
});
