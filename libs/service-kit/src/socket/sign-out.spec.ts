import {
  CONNECTION_REGISTRY,
  SignedOutList,
  TICKET_STORE,
  memorySessions,
  type ConnectionRegistry,
  type TicketStore,
} from '@parley/auth';
import { startTestPool, type TestPool } from '@parley/auth/testing';
import { seen, startExample, type Example } from '../testing/example-service';
import { TestSocket } from '../testing/test-socket';

/** Two processes of one service: they share the database and nothing else. */
let pool: TestPool;
let here: Example;
let there: Example;
const listOf = (example: Example) => example.service.app.get(SignedOutList, { strict: false });

beforeAll(async () => {
  pool = await startTestPool();
  const sessions = memorySessions();
  [here, there] = await Promise.all([startExample({ pool, sessions }), startExample({ pool, sessions })]);
});
afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await pool.close();
});
beforeEach(() => void (seen.length = 0));

const open = async (example: Example, token: string, path = '/ws/example') => {
  const socket = new TestSocket(example.ws + path, ['parley.v1', `bearer.${token}`]);
  await socket.opened();
  return socket;
};
const tokenOf = (sub: string, session: string, more = {}) =>
  pool.mint({ sub, claims: { origin_jti: session, ...more } });
const principal = (sub: string, sessionId: string) => ({
  kind: 'user' as const,
  id: sub,
  sessionId,
  signedInAt: Date.now() - 1_000,
  groups: [],
  clientId: pool.clientId,
  expiresAt: Date.now() + 60_000,
});
const SIGNED_OUT = { code: 4401, reason: 'Signed out' };

it('ends the sockets of the session in the process where it happens at once, in others at their next poll', async () => {
  const sockets = [await open(here, await tokenOf('alice', 's-1')), await open(there, await tokenOf('alice', 's-1'))];
  const other = await open(there, await tokenOf('alice', 's-2'));
  await listOf(here).signOut(principal('alice', 's-1'));
  expect(await sockets[0]!.closed).toEqual(SIGNED_OUT);
  await listOf(there).poll();
  expect(await sockets[1]!.closed).toEqual(SIGNED_OUT);
  // The person's other session lives on.
  other.say({ event: 'echo', data: { text: 'hi' } });
  expect(await other.next()).toMatchObject({ event: 'echoed' });
  other.socket.close();
  await other.closed;
});

it('is known at handshakes, refreshes and tickets, and not asked on HTTP routes', async () => {
  const token = await tokenOf('bob', 's-3');
  const tickets = here.service.app.get<TicketStore>(TICKET_STORE, { strict: false });
  const ticket = await tickets.issue(principal('bob', 's-3'), 'chat');
  const living = await open(here, await tokenOf('bob', 's-4'));
  await listOf(here).signOut(principal('bob', 's-3'));
  seen.length = 0;

  const invalid = { code: 1008, reason: 'Invalid authentication token' };
  expect(await (await open(here, token)).closed).toEqual(invalid);
  const byTicket = new TestSocket(`${here.ws}/ws/guests?ticket=${ticket}`);
  await byTicket.opened();
  expect(await byTicket.closed).toEqual(invalid);
  living.say({ event: 'tokenRefresh', data: { token } });
  expect(await living.next()).toMatchObject({ data: { code: 'invalid_token' } });
  expect(seen).toEqual([]);
  const http = await fetch(`${here.url}/api/closed`, { headers: { authorization: `Bearer ${token}` } });
  expect(http.status).toBe(200);
  living.socket.close();
  await living.closed;
});

it('everywhere ends all that was begun before, and nothing that is begun after', async () => {
  const now = Math.floor(Date.now() / 1_000);
  const sockets = [
    await open(here, await tokenOf('carol', 's-5', { auth_time: now - 500 })),
    await open(here, await tokenOf('carol', 's-6', { auth_time: now - 5 })),
  ];
  await listOf(here).signOut(principal('carol', 's-5'), true);
  for (const socket of sockets) expect(await socket.closed).toEqual(SIGNED_OUT);
  const later = await open(here, await tokenOf('carol', 's-7', { auth_time: now + 2 }));
  later.say({ event: 'echo', data: { text: 'hi' } });
  expect(await later.next()).toMatchObject({ event: 'echoed' });
  later.socket.close();
  await later.closed;
});

it('is seen by every process while its socket is open, whichever that is open at', async () => {
  const known = () => here.service.app.get<ConnectionRegistry>(CONNECTION_REGISTRY, { strict: false }).of('hal');
  const sockets = [await open(here, await tokenOf('hal', 's-11')), await open(here, await tokenOf('hal', 's-11'))];
  while ((await known()).length < 2) await new Promise(setImmediate);
  expect((await known())[0]).toMatchObject({ principalId: 'hal', kind: 'user', path: '/ws/example' });
  for (const { socket } of sockets) socket.terminate();
  while ((await known()).length > 0) await new Promise(setImmediate);
});

describe('connections', () => {
  it('are ten a principal: the next gets an error that says when, and 4429; a place is free again after a close', async () => {
    const token = await tokenOf('erin', 's-9');
    const sockets = [];
    for (let n = 0; n < 10; n += 1) sockets.push(await open(here, token));
    const refused = await open(here, token);
    expect(await refused.next()).toMatchObject({
      event: 'error',
      data: { code: 'too_many_connections', kind: 'unavailable', retryAfterMs: expect.any(Number) },
    });
    expect(await refused.closed).toEqual({ code: 4429, reason: 'Too many connections are open already' });
    expect(seen.filter((line) => line === 'connected erin')).toHaveLength(10);

    const left = sockets.pop()!;
    left.socket.close();
    await left.closed;
    while (!seen.includes('disconnected')) await new Promise((resolve) => setImmediate(resolve));
    const again = await open(here, token);
    again.say({ event: 'echo', data: { text: 'hi' } });
    expect(await again.next()).toMatchObject({ event: 'echoed' });
    for (const { socket, closed } of [...sockets, again]) {
      socket.close();
      await closed;
    }
  });

  it('over the limit spend no ticket', async () => {
    const token = await tokenOf('finn', 's-10');
    const tickets = here.service.app.get<TicketStore>(TICKET_STORE, { strict: false });
    const ticket = await tickets.issue(principal('finn', 's-10'), 'chat');
    const sockets = [];
    for (let n = 0; n < 10; n += 1) sockets.push(await open(here, token));
    const refused = new TestSocket(`${here.ws}/ws/guests?ticket=${ticket}`);
    await refused.opened();
    expect((await refused.closed).code).toBe(4429);
    await expect(tickets.look(ticket, 'chat')).resolves.toMatchObject({ principal: { id: 'finn' } });
    for (const { socket, closed } of sockets) {
      socket.close();
      await closed;
    }
  });

  it('of guests are twenty an address', async () => {
    const bare = { guests: { keys: ['x'.repeat(32)], bareLabels: true } };
    const crowd = await startExample({ pool, ...bare });
    const visit = async (n: number, address: string) => {
      const label = `label-of-22-characters-${n}`;
      const headers = { 'cloudfront-viewer-address': address };
      const socket = new TestSocket(`${crowd.ws}/ws/guests?sessionId=${label}`, [], { headers });
      return { socket, first: await socket.next<{ event: string }>() };
    };
    for (let n = 0; n < 20; n += 1) expect((await visit(n, '10.2.0.1:1')).first.event).toBe('welcome');
    expect((await visit(21, '10.2.0.1:2')).first).toMatchObject({ event: 'error', data: { code: 'too_many_connections' } });
    expect((await visit(22, '10.2.0.2:1')).first.event).toBe('welcome');
    await crowd.close();
  });
}); // prettier-ignore

describe('while the keys cannot be read', () => {
  it('a refresh is answered unavailable, and the socket outlives its token by up to five minutes', async () => {
    let skewMs = 0;
    const outage = await startExample({ life: { everyMs: 20, now: () => Date.now() + skewMs } });
    const socket = await open(outage, await outage.pool.mint({ sub: 'gil', expiresInS: 3_600 }));
    outage.pool.answerKeysWith('outage');
    await outage.pool.rotate();
    const fresh = await outage.pool.mint({ sub: 'gil' });
    socket.say({ event: 'tokenRefresh', data: { token: fresh } });
    expect(await socket.next()).toMatchObject({ event: 'error', data: { code: 'signing_keys_unavailable' } });
    skewMs = 3_600_000 + 240_000;
    expect(await socket.next()).toMatchObject({ event: 'tokenExpiring' });
    socket.say({ event: 'echo', data: { text: 'on' } });
    expect(await socket.next()).toMatchObject({ event: 'echoed' });
    skewMs = 3_600_000 + 310_000;
    expect(await socket.closed).toEqual({ code: 4401, reason: 'Token expired' });
    await outage.close();
  });
});
