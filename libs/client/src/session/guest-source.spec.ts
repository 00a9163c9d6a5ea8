import { FakeClock } from '../../test/fake-clock';
import { startHttpServer, type Answer, type SeenRequest } from '../../test/http-server';
import { startRoomServer } from '../../test/room-server';
import { hasty } from '../../test/voice-line';
import { ChatClient } from '../chat/chat-client';
import { until } from '../core/observable';
import { RoomClient } from '../rooms/room-client';
import { admissionTo } from '../socket/credential';
import { GuestSource } from './guest-source';
import type { Store } from './sign-in-request';

const LIFE_MS = 100_000;
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function memory(): Store & { items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
const blocked: Store = {
  getItem: () => {
    throw new Error('blocked');
  },
  setItem: () => {
    throw new Error('blocked');
  },
  removeItem: () => {
    throw new Error('blocked');
  },
};
let sessions = 0;
const newSession = (): Answer => ({
  status: 201,
  json: { sessionId: 'label', session: `session-${(sessions += 1)}`, expiresInMs: LIFE_MS },
});
async function serve(answer: (request: SeenRequest) => Answer = newSession) {
  const server = await startHttpServer(answer);
  closers.push(server.close);
  return server;
}
const refusal: Answer = { status: 401, json: { code: 'invalid_token', kind: 'denied', message: 'no' } };

it('makes one guest for two tabs that a new visitor opens at once', async () => {
  const server = await serve();
  const store = memory();
  const tabs = [1, 2].map(() => new GuestSource({ baseUrl: server.url, store }));
  const [first, second] = await Promise.all(tabs.map((tab) => tab.token()));
  expect(second).toBe(first);
  expect(server.seen).toHaveLength(1);
});

it('makes a guest once, for all who ask at the same time, and without cookies', async () => {
  const server = await serve();
  const sent: RequestInit[] = [];
  const guest = new GuestSource({
    baseUrl: server.url,
    store: memory(),
    fetch: (input, init) => (sent.push(init), fetch(input, init)),
  });
  const [first, second] = await Promise.all([guest.token(), guest.token()]);
  expect(second).toBe(first);
  expect(await guest.token()).toBe(first);
  expect(server.seen).toHaveLength(1);
  expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/api/session/guest', body: '{}' });
  expect(sent[0]).toMatchObject({ credentials: 'omit' });
});

it('is the same guest after a reload', async () => {
  const server = await serve();
  const store = memory();
  const session = await new GuestSource({ baseUrl: server.url, store }).token();
  expect(await new GuestSource({ baseUrl: server.url, store }).token()).toBe(session);
  expect(server.seen).toHaveLength(1);
});

it('lasts as long as the page where storage is blocked', async () => {
  const server = await serve();
  const guest = new GuestSource({ baseUrl: server.url, store: blocked });
  const session = await guest.token();
  expect(await guest.token()).toBe(session);
  expect(server.seen).toHaveLength(1);
});

it('takes what lies in the storage and is no session for none', async () => {
  const server = await serve();
  const store = memory();
  await new GuestSource({ baseUrl: server.url, store }).token();
  const [key] = [...store.items.keys()];
  for (const text of ['', '{', '"text"', '{"session":1}', 'null']) {
    store.setItem(key!, text);
    expect(await new GuestSource({ baseUrl: server.url, store }).token()).toMatch(/^session-/);
  }
  expect(server.seen).toHaveLength(6);
});

it('renews its session by itself once half of its life is over', async () => {
  const server = await serve();
  const clock = new FakeClock();
  const guest = new GuestSource({ baseUrl: server.url, store: memory(), clock });
  const first = await guest.token();
  clock.advance(LIFE_MS / 2 + 1);
  expect(await guest.token()).not.toBe(first);
  expect(server.seen[1]!.headers.authorization).toBe(`Guest ${first}`);
});

it('keeps a good session through an outage, and says so when it has none', async () => {
  let isDown = false;
  const server = await serve(() =>
    isDown ? { status: 503, json: { code: 'busy', kind: 'unavailable', message: 'later' } } : newSession(),
  );
  const clock = new FakeClock();
  const guest = new GuestSource({ baseUrl: server.url, store: memory(), clock });
  const session = await guest.token();
  isDown = true;
  clock.advance(LIFE_MS * 0.75);
  expect(await guest.token()).toBe(session);
  clock.advance(LIFE_MS);
  await expect(guest.token()).rejects.toMatchObject({ kind: 'unavailable', code: 'busy' });
});

it('is a new guest when the session is not accepted any more', async () => {
  const server = await serve(({ headers }) => (headers.authorization === undefined ? newSession() : refusal));
  const clock = new FakeClock();
  const guest = new GuestSource({ baseUrl: server.url, store: memory(), clock });
  const first = await guest.token();
  clock.advance(LIFE_MS / 2 + 1);
  const second = await guest.token();
  expect(second).not.toBe(first);
  const third = await guest.token({ refused: second });
  expect(third).not.toBe(second);
  expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
    undefined,
    `Guest ${first}`,
    undefined,
    undefined,
  ]);
});

describe('on Parley’s own origin', () => {
  beforeAll(() => Object.assign(globalThis, { location: new URL('http://127.0.0.1/shop') }));
  afterAll(() => void Reflect.deleteProperty(globalThis, 'location'));
  const byCookie = (): Answer => ({ status: 201, json: { sessionId: 'label', expiresInMs: LIFE_MS } });
  /** A guest on the page of `server`, and what was sent with which credentials. */
  const guestOf = (server: { url: string }) => {
    Object.assign(globalThis, { location: new URL(`${server.url}/shop`) });
    const store = memory();
    const sent: RequestInit[] = [];
    const fetchSeen = (input: string, init: RequestInit) => (sent.push(init), fetch(input, init));
    return { guest: new GuestSource({ baseUrl: server.url, store, fetch: fetchSeen }), store, sent };
  };

  it('is a cookie: nothing is kept, and no request and no handshake names it', async () => {
    const server = await serve(({ path }) => (path === '/api/session/guest' ? byCookie() : { json: { items: [] } }));
    const { guest, store, sent } = guestOf(server);
    expect([await guest.token(), await guest.token()]).toEqual(['', '']);
    expect([server.seen.length, store.items.size, sent[0]!.credentials]).toEqual([1, 0, 'same-origin']);
    await new ChatClient({ tokenSource: guest, baseUrl: server.url }).list();
    expect(server.seen[1]!.headers).not.toHaveProperty('authorization');
    const options = { tokenSource: guest, baseUrl: server.url };
    expect(await admissionTo('/ws/chat', await guest.token(), options)).toMatchObject({ protocols: ['parley.v1'] });
  });

  it('is claimed by its cookie, also one of an earlier visit', async () => {
    const server = await serve(() => ({ json: { conversations: ['one'] } }));
    const user = { token: () => Promise.resolve('user-token') };
    expect(await guestOf(server).guest.claim(user)).toEqual(['one']);
    expect([server.seen[0]!.headers.authorization, server.seen[0]!.body]).toEqual(['Bearer user-token', '{}']);
  });
});

describe('claim', () => {
  const user = { token: () => Promise.resolve('user-token') };

  it('hands what the guest said to the user, and the guest is forgotten', async () => {
    const server = await serve(({ path }) =>
      path === '/api/session/claim' ? { json: { conversations: ['one'] } } : newSession(),
    );
    const store = memory();
    const guest = new GuestSource({ baseUrl: server.url, store });
    const session = await guest.token();
    expect(await guest.claim(user)).toEqual(['one']);
    const { headers, body } = server.seen[1]!;
    expect([headers.authorization, body]).toEqual(['Bearer user-token', JSON.stringify({ session })]);
    expect(store.items.size).toBe(0);
    expect(await guest.claim(user)).toEqual([]);
    expect(await guest.token()).not.toBe(session);
  });

  it('takes a session that is over for none: nothing is asked, and the guest is forgotten', async () => {
    const server = await serve();
    const [store, clock] = [memory(), new FakeClock()];
    await new GuestSource({ baseUrl: server.url, store, clock }).token();
    clock.advance(LIFE_MS);
    expect(await new GuestSource({ baseUrl: server.url, store, clock }).claim(user)).toEqual([]);
    expect([server.seen.length, store.items.size]).toEqual([1, 0]);
  });

  it('keeps the guest when the service cannot be asked', async () => {
    const server = await serve(({ path }) =>
      path === '/api/session/claim'
        ? { status: 503, json: { code: 'busy', kind: 'unavailable', message: 'later' } }
        : newSession(),
    );
    const guest = new GuestSource({ baseUrl: server.url, store: memory() });
    const session = await guest.token();
    await expect(guest.claim(user)).rejects.toMatchObject({ code: 'busy' });
    expect(await guest.token()).toBe(session);
  });
});

describe('a guest’s session', () => {
  it('goes with every HTTP call', async () => {
    const server = await serve(({ path }) =>
      path === '/api/session/guest' ? newSession() : { json: { items: [], path } },
    );
    const guest = new GuestSource({ baseUrl: server.url, store: memory() });
    await new ChatClient({ tokenSource: guest, baseUrl: server.url }).list();
    expect(server.seen[1]!.headers.authorization).toBe(`Guest ${await guest.token()}`);
  });

  it('opens a socket as its subprotocol, and is renewed in-band as a session', async () => {
    const server = await serve();
    const rooms = await startRoomServer();
    closers.push(rooms.close);
    const guest = new GuestSource({ baseUrl: server.url, store: memory() });
    const offered: string[][] = [];
    const client = new RoomClient({
      tokenSource: guest,
      baseUrl: rooms.url,
      clock: hasty,
      webSocket: (url, protocols) => (offered.push(protocols), new WebSocket(url, protocols) as never),
    });
    closers.push(() => client.close());
    client.open();
    await until(client.state, ({ name }) => name === 'online');
    const renewed = rooms.next('tokenRefresh');
    rooms.toAll('tokenExpiring', { expiresInMs: 1_000 });
    expect((await renewed).data).toEqual({ session: await guest.token() });
    expect(offered[0]).toEqual(['parley.v1', `guest.${(await guest.token()) as string}`]);
  });
});
