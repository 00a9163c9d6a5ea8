import { once } from 'node:events';
import { GUEST_COOKIE } from '@parley/auth';
import {
  ADDRESS_HEADER,
  GUEST_KEY,
  ORIGIN,
  PARTNER,
  seen,
  startExample,
  type Example,
} from '../testing/example-service';
import { TestSocket } from '../testing/test-socket';

let example: Example;
let rows = 0;
let address = '';
beforeAll(async () => void (example = await startExample()));
afterAll(() => example.close());
beforeEach(() => {
  seen.length = 0;
  address = `10.1.0.${(rows += 1)}:1`;
});

interface Welcome {
  kind: string;
  id: string;
  label?: string;
  session?: string;
}
/** A guest's socket: its welcome, and the cookie that came with the 101. */
async function visit(
  options: {
    label?: string;
    origin?: string;
    cookie?: string | undefined;
    protocols?: string[];
    at?: Example | undefined;
  } = {},
) {
  const { label = 'abc', origin, cookie, protocols = [], at = example } = options;
  const url = `${at.ws}/ws/guests${label === '' ? '' : `?sessionId=${label}`}`;
  const headers = { [ADDRESS_HEADER]: address, ...(cookie ? { cookie } : {}) };
  const socket = new TestSocket(url, protocols, { headers, ...(origin ? { origin } : {}) });
  let setCookie: string | undefined;
  socket.socket.once('upgrade', ({ headers: got }) => void (setCookie = got['set-cookie']?.[0]));
  const { data } = await socket.next<{ data: Welcome }>();
  const pair = setCookie?.split(';')[0];
  return { socket, welcome: data, setCookie, pair, leave: () => leave(socket) };
}
async function leave(socket: TestSocket) {
  socket.socket.close();
  await socket.closed;
}

describe('a front end that sends only ?sessionId=', () => {
  it('gets its session in the cookie of the 101 answer on the own origin, and never in a frame', async () => {
    const { welcome, setCookie, leave } = await visit({ origin: ORIGIN });
    expect(welcome).toEqual({ kind: 'guest', id: expect.stringMatching(/^g-/), label: 'abc' });
    expect(setCookie).toMatch(/^__Secure-parley_guest=g1\.[^;]+;/);
    for (const part of [/HttpOnly/i, /Secure/i, /SameSite=Lax/i, /Path=\/(;|$)/i, /Max-Age=2592000/i])
      expect(setCookie).toMatch(part);
    await leave();
  });

  it('of another allowed origin, or none, gets it in welcome, and no cookie', async () => {
    for (const origin of [PARTNER, '']) {
      const { welcome, setCookie, leave } = await visit({ origin });
      expect([welcome.session, setCookie]).toEqual([expect.stringMatching(/^g1\./), undefined]);
      await leave();
    }
  });

  it('starts afresh with a label that somebody else uses: the label opens nothing and tells nothing', async () => {
    const [first, second] = [await visit(), await visit()];
    expect([first.welcome.label, second.welcome.label]).toEqual(['abc', 'abc']);
    expect(first.welcome.id).not.toBe(second.welcome.id);
    await Promise.all([first.leave(), second.leave()]);
  });

  it('is the same guest again with its cookie, under every label', async () => {
    const first = await visit({ origin: ORIGIN });
    const again = await visit({ origin: ORIGIN, cookie: first.pair, label: 'other' });
    expect(again.welcome).toMatchObject({ id: first.welcome.id, label: 'other' });
    expect(again.setCookie).toBeUndefined();
    await Promise.all([first.leave(), again.leave()]);
  });

  it('is somebody new when its cookie comes without an Origin: that is no page', async () => {
    const first = await visit({ origin: ORIGIN });
    const again = await visit({ cookie: first.pair });
    expect(again.welcome.id).not.toBe(first.welcome.id);
    await Promise.all([first.leave(), again.leave()]);
  });

  it('of another allowed origin is not who the own origin’s cookie says: its session never leaves the cookie', async () => {
    const first = await visit({ origin: ORIGIN });
    const neighbour = await visit({ origin: PARTNER, cookie: first.pair });
    expect(neighbour.welcome.id).not.toBe(first.welcome.id);
    const headers = { cookie: first.pair!, origin: PARTNER };
    expect((await fetch(`${example.url}/api/guests`, { headers })).status).toBe(401);
    await Promise.all([first.leave(), neighbour.leave()]);
  });

  it('gets ten new sessions a minute from one address, then 429, and known guests go on', async () => {
    const known = await visit();
    for (let n = 0; n < 9; n += 1) await (await visit()).leave();
    const refused = new TestSocket(`${example.ws}/ws/guests?sessionId=abc`, [], { headers: { [ADDRESS_HEADER]: address } });
    const [, response] = (await once(refused.socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(429);
    await (await visit({ protocols: ['parley.v1', `guest.${known.welcome.session}`] })).leave();
    await known.leave();
  });

  it.each(['', 'a b', `${'x'.repeat(129)}`, 'a&sessionId=b'])('with the label "%.10s", which is none, is missing a token', async (label) => {
    const socket = new TestSocket(`${example.ws}/ws/guests?sessionId=${label}`);
    await socket.opened();
    expect(await socket.closed).toEqual({ code: 1008, reason: 'Missing authentication token' });
  });
}); // prettier-ignore

describe('a guest session', () => {
  it('opens as a subprotocol, as Authorization: Guest, over HTTP too, and is never echoed', async () => {
    const first = await visit();
    const { session, id } = first.welcome;
    const again = await visit({ protocols: ['parley.v1', `guest.${session}`], label: '' });
    expect([again.welcome.id, again.socket.socket.protocol]).toEqual([id, 'parley.v1']);
    const response = await fetch(`${example.url}/api/guests`, { headers: { authorization: `Guest ${session}` } });
    expect(await response.json()).toEqual({ kind: 'guest', id });
    await Promise.all([first.leave(), again.leave()]);
  });

  it('does not open a handler that wants users on a gateway that admits guests', async () => {
    const { socket, leave } = await visit();
    socket.say({ event: 'users', ref: 'r' });
    expect(await socket.next()).toMatchObject({ event: 'error', data: { code: 'guests_not_admitted', ref: 'r' } });
    await leave();
  });

  it('may send thirty frames at once, half of what a user may', async () => {
    const [guest, user] = [await visit(), await visit({ label: '', protocols: ['parley.v1', `bearer.${await example.pool.mint()}`] })];
    for (const [{ socket, leave }, most] of [[guest, 30], [user, 60]] as const) {
      for (let n = 0; n < 100; n += 1) socket.say({ event: 'nothing', ref: `n${n}` });
      const codes: string[] = [];
      while (codes.length < 100) codes.push((await socket.next<{ data: { code: string } }>()).data.code);
      expect(codes.slice(0, most)).toEqual(Array(most).fill('unknown_event'));
      // The bucket fills while the frames come: a slow machine lets some more through.
      expect(codes.slice(most)).toContain('too_fast');
      await leave();
    }
  }); // prettier-ignore

  it('is prolonged in-band by a session of the same guest, and by nothing else', async () => {
    const [mine, other] = [await visit(), await visit()];
    mine.socket.say({ event: 'tokenRefresh', data: { session: mine.welcome.session }, ref: 'a' });
    expect(await mine.socket.next()).toMatchObject({ event: 'tokenRefreshed', ref: 'a' });
    for (const data of [{ session: other.welcome.session }, { session: 'x' }, { token: await example.pool.mint() }, {}]) {
      mine.socket.say({ event: 'tokenRefresh', data });
      expect(await mine.socket.next()).toMatchObject({ event: 'error', data: { code: 'invalid_token' } });
    }
    await Promise.all([mine.leave(), other.leave()]);
  }); // prettier-ignore

  it('changes nothing by its cookie alone unless the request is one that no form can send', async () => {
    const { pair, welcome, leave } = await visit({ origin: ORIGIN });
    const change = async (headers: Record<string, string>) => {
      // Without an Origin this test's host decides the name, and it is this machine.
      const all = { cookie: `${pair}; ${pair!.replace('__Secure-', '')}`, ...headers };
      const response = await fetch(`${example.url}/api/guests`, { method: 'POST', headers: all, body: '{}' });
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    seen.length = 0;
    const json = { 'content-type': 'application/json' };
    expect(await change(json)).toEqual([403, 'origin_not_allowed']);
    expect(await change({ ...json, origin: 'https://evil.example' })).toEqual([403, 'origin_not_allowed']);
    expect(await change({ ...json, origin: 'null' })).toEqual([403, 'origin_not_allowed']);
    expect(await change({ origin: ORIGIN, 'content-type': 'text/plain' })).toEqual([403, 'json_required']);
    expect(await change({ origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' })).toEqual([403, 'json_required']);
    expect(seen).toEqual([]);
    expect(await change({ ...json, origin: ORIGIN })).toEqual([201, undefined]);
    expect(seen).toEqual([`changed by ${welcome.id}`]);
    await leave();
  }); // prettier-ignore

  it('is not looked at beside a token: the cookie is what is there when nothing else is', async () => {
    const { pair, leave } = await visit({ origin: ORIGIN });
    const headers = { cookie: pair!, authorization: `Bearer ${await example.pool.mint({ sub: 'alice' })}` };
    expect(await (await fetch(`${example.url}/api/guests`, { headers })).json()).toEqual({ kind: 'user', id: 'alice' });
    await leave();
  });
});

it('admits nobody as a guest where the service does not, but knows one when it sees one', async () => {
  const closed = await startExample({ pool: example.pool, guests: { keys: [GUEST_KEY], admitted: false } });
  const { welcome, pair, leave } = await visit({ origin: ORIGIN });
  const { welcome: other, leave: leaveOther } = await visit();
  const end = async (protocols: string[], headers = {}, origin?: string) => {
    const socket = new TestSocket(`${closed.ws}/ws/guests?sessionId=abc`, protocols, { headers, ...(origin ? { origin } : {}) });
    await socket.opened();
    return (await socket.closed).reason;
  };
  expect(welcome.kind).toBe('guest');
  expect(await end(['parley.v1', `guest.${other.session}`])).toBe('Guests are not admitted here');
  expect(await end([], { cookie: pair }, ORIGIN)).toBe('Guests are not admitted here');
  expect(await end([])).toBe('Missing authentication token');
  await Promise.all([leave(), leaveOther(), closed.close()]);
}); // prettier-ignore

it('lets a long label stand for its history only where that is switched on', async () => {
  const bare = await startExample({ pool: example.pool, guests: { keys: [GUEST_KEY], bareLabels: true } });
  const label = 'b1946ac9-2492-4d23-8c5f-0e2d1c7a9f10';
  const [first, again, short] = [
    await visit({ label, at: bare }),
    await visit({ label, at: bare, origin: ORIGIN }),
    await visit({ label: 'abc', at: bare }),
  ];
  expect(again.welcome.id).toBe(first.welcome.id);
  expect(short.welcome.id).not.toBe((await visit({ label: 'abc', at: bare })).welcome.id);
  expect(bare.log()).not.toContain(label);
  const [off, offAgain] = [await visit({ label }), await visit({ label })];
  expect(off.welcome.id).not.toBe(offAgain.welcome.id);
  for (const { leave } of [first, again, short, off, offAgain]) await leave();
  await bare.close();
});

it('writes no session into the log', () => {
  expect(GUEST_COOKIE.name).toBe('parley_guest');
  expect(example.log()).not.toMatch(/g1\.g-/);
});
