import { once } from 'node:events';
import { request } from 'node:http';
import { GUEST_COOKIE, TICKET_STORE, type Principal, type TicketStore } from '@parley/auth';
import { ATTACKS, SPELLINGS, type Attack } from '@parley/auth/testing';
import { ADDRESS_HEADER, GUEST_KEY, ORIGIN, seen, startExample, type Example } from '../testing/example-service';
import { TestSocket } from '../testing/test-socket';

let example: Example;
let tickets: TicketStore;
let address = '';
let rows = 0;
/** Everything secret that was sent; the last test searches the log for it. */
const sent = new Set<string>();

beforeAll(async () => {
  example = await startExample();
  tickets = example.service.app.get<TicketStore>(TICKET_STORE, { strict: false });
});
afterAll(() => example.close());
beforeEach(() => {
  seen.length = 0;
  rows += 1;
  address = `10.${rows >> 16}.${(rows >> 8) & 255}.${rows & 255}:1`;
});

const INVALID = { http: [401, 'invalid_token'], socket: { code: 1008, reason: 'Invalid authentication token' } };
const MISSING = { http: [401, 'missing_token'], socket: { code: 1008, reason: 'Missing authentication token' } };
const NO_GUESTS = {
  http: [401, 'guests_not_admitted'],
  socket: { code: 1008, reason: 'Guests are not admitted here' },
};

/** A request with headers exactly as listed: `fetch` would join or refuse some of these. */
async function ask(headers: [string, string][], path = '/api/closed', method = 'GET') {
  const list = [...headers, [ADDRESS_HEADER, address], ['host', 'example'], ['content-length', '0']].flat();
  const sending = request(example.url + path, { method, headers: list as never });
  sending.end();
  const [response] = (await once(sending, 'response')) as [import('node:http').IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return [response.statusCode, (JSON.parse(text) as { code?: string }).code];
}

interface Handshake {
  path?: string;
  protocols?: string[];
  headers?: Record<string, string | string[]>;
  origin?: string;
}
/** How a handshake ended: the close frame of one that completed. */
async function handshake({ path = '/ws/example', protocols = [], headers = {}, origin }: Handshake) {
  const socket = new TestSocket(example.ws + path, protocols.length > 0 ? ['parley.v1', ...protocols] : [], {
    headers: { [ADDRESS_HEADER]: address, ...headers },
    ...(origin ? { origin } : {}),
  });
  await socket.opened();
  return socket.closed;
}

type Transport = [name: string, send: (token: string) => Promise<unknown>, answer: unknown];
const HTTP: Transport = [
  'an Authorization header over HTTP',
  (token) => ask([['authorization', `Bearer ${token}`]]),
  INVALID.http,
];
const HEADER: Transport = [
  'an Authorization header of a handshake',
  (token) => handshake({ headers: { authorization: `Bearer ${token}` } }),
  INVALID.socket,
];
const SUBPROTOCOL: Transport = [
  'a subprotocol',
  (token) => handshake({ protocols: [`bearer.${token}`] }),
  INVALID.socket,
];
const QUERY: Transport = [
  'a query',
  (token) => handshake({ path: `/ws/example?token=${encodeURIComponent(token)}` }),
  INVALID.socket,
];

const named = (attacks: readonly Attack[]) => attacks.map((attack) => [attack.name, attack] as const);

describe.each([HTTP, HEADER, SUBPROTOCOL, QUERY])('refused in %s:', (transport, send, answer) => {
  const attacks = transport === SUBPROTOCOL[0] ? ATTACKS : [...ATTACKS, ...SPELLINGS];

  it.each(named(attacks))('%s', async (_, attack) => {
    const token = await attack.token(example.pool);
    sent.add(token);
    const keyRequests = example.pool.keyRequests();
    expect(await send(token)).toEqual(answer);
    // No handler heard of it, and no key was asked for: those of the pool are known.
    expect(seen).toEqual([]);
    expect(example.pool.keyRequests()).toBe(keyRequests);
  });
});

describe('refused because of what comes together:', () => {
  let good: string;
  let other: string;
  beforeAll(async () => {
    [good, other] = (await Promise.all([1, 2].map(() => example.pool.mint({ sub: 'alice' })))) as [string, string];
    sent.add(good).add(other);
  });
  const bearer = (token: string) => `Bearer ${token}`;

  const http: [string, () => [string, string][], unknown][] = [
    ['nothing at all', () => [], MISSING.http],
    ['an empty header', () => [['authorization', '']], MISSING.http],
    ['a scheme without a token', () => [['authorization', 'Bearer']], MISSING.http],
    ['a scheme and spaces', () => [['authorization', 'Bearer   ']], MISSING.http],
    ['a scheme of its own', () => [['authorization', `Token ${good}`]], MISSING.http],
    ['Basic', () => [['authorization', 'Basic YTpi']], MISSING.http],
    ['a signed origin', () => [['authorization', 'AWS4-HMAC-SHA256 Credential=x']], MISSING.http],
    ['a token without a scheme', () => [['authorization', good]], MISSING.http],
    ['two headers, both good', () => [['authorization', bearer(good)], ['Authorization', bearer(other)]], INVALID.http],
    ['two headers, the first good', () => [['authorization', bearer(good)], ['authorization', bearer('x')]], INVALID.http],
    ['the same header twice', () => [['authorization', bearer(good)], ['authorization', bearer(good)]], INVALID.http],
    ['a bearer and a guest', () => [['authorization', bearer(good)], ['authorization', 'Guest g1.x']], INVALID.http],
    ['x-forwarded-authorization that nobody configured', () => [['x-forwarded-authorization', bearer(good)]], MISSING.http],
    ['a cookie of a token', () => [['cookie', `token=${good}`]], MISSING.http],
    ['x-user and other wishes', () => [['x-user', 'alice'], ['x-principal-id', 'alice']], MISSING.http],
  ]; // prettier-ignore
  it.each(http)('over HTTP, %s', async (_, headers, answer) => {
    expect(await ask(headers())).toEqual(answer);
    expect(seen).toEqual([]);
  });

  it('over HTTP, a token or a ticket in the URL, which is never read there', async () => {
    const ticket = await tickets.issue(principal(), 'chat');
    sent.add(ticket);
    for (const query of [`token=${good}`, `ticket=${ticket}`, `access_token=${good}`])
      expect(await ask([], `/api/closed?${query}`)).toEqual(MISSING.http);
    expect(seen).toEqual([]);
  });

  const sockets: [string, () => Handshake, unknown][] = [
    ['nothing at all', () => ({}), MISSING.socket],
    ['an empty token', () => ({ path: '/ws/example?token=' }), MISSING.socket],
    ['an empty ticket', () => ({ path: '/ws/guests?ticket=' }), MISSING.socket],
    ['only a subprotocol of no credential', () => ({ protocols: ['v2'] }), MISSING.socket],
    ['an empty subprotocol', () => ({ protocols: ['bearer.'] }), MISSING.socket],
    ['a token in another case of the name', () => ({ path: `/ws/example?Token=${good}` }), MISSING.socket],
    ['a token in the fragment', () => ({ path: `/ws/example?x=%23token=${good}` }), MISSING.socket],
    ['two tokens in the query', () => ({ path: `/ws/example?token=${good}&token=${other}` }), INVALID.socket],
    ['the same token twice in the query', () => ({ path: `/ws/example?token=${good}&token=${good}` }), INVALID.socket],
    ['two subprotocols', () => ({ protocols: [`bearer.${good}`, `bearer.${other}`] }), INVALID.socket],
    ['query and subprotocol that differ', () => ({ path: `/ws/example?token=${good}`, protocols: [`bearer.${other}`] }), INVALID.socket],
    ['query and header that differ', () => ({ path: `/ws/example?token=${good}`, headers: { authorization: bearer(other) } }), INVALID.socket],
    ['two headers', () => ({ headers: { authorization: [bearer(good), bearer(other)] } }), INVALID.socket],
    ['a token beside a ticket', () => ({ path: `/ws/guests?token=${good}&ticket=abc` }), INVALID.socket],
    ['a token beside a guest session', () => ({ path: '/ws/guests', protocols: [`bearer.${good}`, 'guest.x'] }), INVALID.socket],
    ['an ID token where access tokens are wanted', () => ({ path: '/ws/example?token=ID' }), INVALID.socket],
  ]; // prettier-ignore
  it.each(sockets)('in a handshake, %s', async (_, options, answer) => {
    expect(await handshake(options())).toEqual(answer);
    expect(seen).toEqual([]);
  });

  it('not: the same token in two places, or an ID token where the path says so', async () => {
    const socket = new TestSocket(`${example.ws}/ws/example?token=${good}`, ['parley.v1', `bearer.${good}`], {
      headers: { authorization: bearer(good) },
    });
    await socket.opened();
    expect(seen).toEqual(['connected alice']);
    socket.socket.close();
    const id = new TestSocket(`${example.ws}/ws/id?token=${await example.pool.mint({ use: 'id' })}`);
    await id.opened();
    id.socket.close();
    await id.closed;
  });

  it('a missing role at the handshake: 4403, before any gateway code; a missing scope: 403', async () => {
    expect(await handshake({ path: '/ws/admins', protocols: [`bearer.${good}`] })).toEqual({
      code: 4403,
      reason: 'This is not allowed for you',
    });
    expect(seen).toEqual([]);
    expect(await ask([['authorization', bearer(good)]], '/api/scoped')).toEqual([403, 'forbidden']);
    const talker = await example.pool.mint({ claims: { scope: 'talk' } });
    expect(await ask([['authorization', bearer(talker)]], '/api/scoped')).toEqual([200, undefined]);
  });
});

const principal = (more: Partial<Principal> = {}): Principal => ({
  kind: 'user',
  id: 'ticket-holder',
  groups: [],
  clientId: 'test-client',
  expiresAt: Date.now() + 60_000,
  ...more,
});

describe('refused as a ticket:', () => {
  const cases: [string, () => Promise<string> | string, string][] = [
    ['made up', () => 'A'.repeat(43), '/ws/guests'],
    ['of another form', () => 'short', '/ws/guests'],
    ['for another audience', () => tickets.issue(principal(), 'voice'), '/ws/guests'],
    ['where no ticket opens', () => tickets.issue(principal(), 'chat'), '/ws/example'],
    ['whose token has ended', () => tickets.issue(principal({ expiresAt: Date.now() - 1 }), 'chat'), '/ws/guests'],
    ['that is a token', () => example.pool.mint(), '/ws/guests'],
  ];
  it.each(cases)('%s', async (_, make, path) => {
    const ticket = await make();
    sent.add(ticket);
    expect(await handshake({ path: `${path}?ticket=${ticket}` })).toEqual(INVALID.socket);
    expect(seen).toEqual([]);
  });

  it('used a second time, also by two handshakes at once', async () => {
    const ticket = await tickets.issue(principal(), 'chat');
    sent.add(ticket);
    const sockets = [1, 2, 3].map(() => new TestSocket(`${example.ws}/ws/guests?ticket=${ticket}`));
    await Promise.all(sockets.map((socket) => socket.opened()));
    const lost = await Promise.race([1, 2].map(() => Promise.any(sockets.map(({ closed }) => closed))));
    expect(lost).toEqual(INVALID.socket);
    expect(seen).toEqual(['connected ticket-holder']);
    for (const { socket } of sockets) socket.close();
    await Promise.all(sockets.map(({ closed }) => closed));
  });

  it('spent by nothing that fails before it: a foreign origin, a wrong path, a second credential', async () => {
    const ticket = await tickets.issue(principal(), 'chat');
    sent.add(ticket);
    const foreign = new TestSocket(`${example.ws}/ws/guests?ticket=${ticket}`, [], { origin: 'https://evil.example' });
    await once(foreign.socket, 'unexpected-response');
    await handshake({ path: `/ws/example?ticket=${ticket}` });
    await handshake({ path: `/ws/guests?ticket=${ticket}&token=x` });
    const socket = new TestSocket(`${example.ws}/ws/guests?ticket=${ticket}`);
    expect(await socket.next()).toMatchObject({ data: { id: 'ticket-holder' } });
    socket.socket.close();
    await socket.closed;
  });
});

describe('refused as a guest session:', () => {
  const end = Math.floor(Date.now() / 1_000) + 1_000;
  const id = `g-${'a'.repeat(22)}`;
  const forged: [string, string][] = [
    ['made up', 'x'],
    ['of a key that nobody has', `g1.${id}.${end}.AAAAAAAA.${'A'.repeat(43)}`],
    ['without a signature', `g1.${id}.${end}.AAAAAAAA.`],
    ['of another version', `g2.${id}.${end}.AAAAAAAA.${'A'.repeat(43)}`],
    ['that is the key', GUEST_KEY],
  ];
  it.each(forged)('%s, in every transport', async (_, session) => {
    sent.add(session);
    expect(await ask([['authorization', `Guest ${session}`]], '/api/guests')).toEqual(INVALID.http);
    expect(await handshake({ path: '/ws/guests', protocols: [`guest.${session}`] })).toEqual(INVALID.socket);
    expect(await handshake({ path: '/ws/guests', headers: { authorization: `Guest ${session}` } })).toEqual(
      INVALID.socket,
    );
    // The cookie is ambient: a bad one is as good as none.
    const cookie = `__Secure-${GUEST_COOKIE.name}=${session}`;
    expect(await ask([['cookie', cookie]], '/api/guests')).toEqual(MISSING.http);
    expect(await handshake({ path: '/ws/guests', headers: { cookie }, origin: ORIGIN })).toEqual(MISSING.socket);
    expect(seen).toEqual([]);
  });

  it('a token in a guest’s place and a session in a token’s', async () => {
    const token = await example.pool.mint();
    sent.add(token);
    expect(await ask([['authorization', `Guest ${token}`]], '/api/guests')).toEqual(INVALID.http);
    const session = await newSession();
    expect(await ask([['authorization', `Bearer ${session}`]], '/api/guests')).toEqual(INVALID.http);
    expect(await handshake({ path: `/ws/guests?token=${session}` })).toEqual(INVALID.socket);
    expect(seen).toEqual([]);
  });

  it('a genuine one where guests are not admitted', async () => {
    const session = await newSession();
    expect(await ask([['authorization', `Guest ${session}`]])).toEqual(NO_GUESTS.http);
    expect(await ask([['cookie', `__Secure-${GUEST_COOKIE.name}=${session}`]])).toEqual(NO_GUESTS.http);
    expect(await handshake({ protocols: [`guest.${session}`] })).toEqual(NO_GUESTS.socket);
    expect(seen).toEqual([]);
  });

  async function newSession(): Promise<string> {
    const socket = new TestSocket(`${example.ws}/ws/guests?sessionId=abc`);
    const { data } = await socket.next<{ data: { session: string } }>();
    socket.socket.close();
    await socket.closed;
    seen.length = 0;
    sent.add(data.session);
    return data.session;
  }
});

it('answers 429 on the HTTP level above the limit of refusals, and lets the valid in from the same address', async () => {
  for (let n = 0; n < 30; n += 1) expect(await handshake({ path: '/ws/example?token=x' })).toEqual(INVALID.socket);
  const refused = new TestSocket(`${example.ws}/ws/example?token=x`, [], { headers: { [ADDRESS_HEADER]: address } });
  const [, response] = (await once(refused.socket, 'unexpected-response')) as [
    unknown,
    { statusCode: number; headers: Record<string, string> },
  ];
  expect([response.statusCode, Number(response.headers['retry-after'])]).toEqual([429, expect.any(Number)]);
  expect(await ask([['authorization', 'Bearer x']])).toEqual([429, 'too_many_requests']);
  // Presenting nothing counts for nothing, and a valid token is always admitted.
  expect(await ask([])).toEqual(MISSING.http);
  const token = await example.pool.mint();
  expect(await ask([['authorization', `Bearer ${token}`]])).toEqual([200, undefined]);
});

it('above the limit writes no line for it that a service would keep', () => {
  const lines = example
    .log()
    .split('\n')
    .filter((line) => line.includes('"code":"too_many_requests"'));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toContain('"level":"debug"');
});

it('counts refused tickets and refreshes as any other refusal, and presenting nothing as none', async () => {
  const socket = new TestSocket(`${example.ws}/ws/guests`, ['parley.v1', `bearer.${await example.pool.mint()}`], {
    headers: { [ADDRESS_HEADER]: address },
  });
  await socket.next();
  for (let n = 0; n < 35; n += 1) expect(await ask([])).toEqual(MISSING.http);
  for (let n = 0; n < 4; n += 1) {
    socket.say({ event: 'tokenRefresh', data: { token: 'x' } });
    expect(await socket.next()).toMatchObject({ data: { code: 'invalid_token' } });
  }
  for (let n = 4; n < 30; n += 1) expect(await handshake({ path: '/ws/guests?ticket=x' })).toEqual(INVALID.socket);
  expect(await ask([['authorization', 'Bearer x']])).toEqual([429, 'too_many_requests']);
  socket.socket.close();
});

it('counts refused guest sessions by themselves: ten, then 429, while a token is answered as ever', async () => {
  const guest = () => ask([['authorization', 'Guest g1.x']], '/api/guests');
  for (let n = 0; n < 10; n += 1) expect(await guest()).toEqual(INVALID.http);
  expect(await guest()).toEqual([429, 'too_many_requests']);
  expect(await ask([['authorization', 'Bearer x']])).toEqual(INVALID.http);
});

it('counts key ids that nobody has as refusals, though they are answered as unavailable', async () => {
  const strangers = await startExample();
  const token = await strangers.pool.mint({ header: { kid: 'nobody-has-it' } });
  sent.add(token);
  const status = async (bearer: string) =>
    (await fetch(`${strangers.url}/api/closed`, { headers: { authorization: `Bearer ${bearer}` } })).status;
  // The first may ask the key service, or finds that it was asked just now; the others are told to come again.
  await status(token);
  for (let n = 1; n < 30; n += 1) expect(await status(token)).toBe(503);
  expect(await status(token)).toBe(429);
  expect(await status(await strangers.pool.mint())).toBe(200);
  await strangers.close();
});

it('takes x-forwarded-authorization where that is configured, as Bearer only, beside the edge’s own signature', async () => {
  const behind = await startExample({ forwardedAuthorization: true, pool: example.pool });
  const token = await example.pool.mint();
  sent.add(token);
  const get = async (headers: Record<string, string>) => (await fetch(`${behind.url}/api/closed`, { headers })).status;
  const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=x' };
  expect(await get({ ...signed, 'x-forwarded-authorization': `Bearer ${token}` })).toBe(200);
  expect(await get({ ...signed, 'x-forwarded-authorization': `Guest ${token}` })).toBe(401);
  expect(await get({ authorization: `Bearer ${token}`, 'x-forwarded-authorization': 'Bearer x' })).toBe(401);
  expect(await get(signed)).toBe(401);
  await behind.close();
});

it('writes none of all these credentials into the log or a metric, and a line with the reason for each refusal', async () => {
  const log = example.log();
  const metrics = await (await fetch(`http://127.0.0.1:${example.service.adminPort}/metrics`)).text();
  for (const secret of sent) if (secret.length >= 20) expect((log + metrics).includes(secret)).toBe(false);
  for (const reason of ['alg is not RS256', 'another issuer', 'one place with two credentials', 'has a name twice'])
    expect(log).toContain(reason);
});
