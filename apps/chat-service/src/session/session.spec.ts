import { randomBytes } from 'node:crypto';
import { TestBrowser } from '@parley/aws-sim';
import type { TokenResponse } from '@parley/protocol';
import { ORIGIN, PARTNER, REDIRECT_URI, startChat, type ChatUnderTest } from '../testing/start-chat';

let chat: ChatUnderTest;
beforeAll(async () => void (chat = await startChat()));
afterAll(() => chat.close());

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${chat.url}/api/session/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', origin: ORIGIN, ...headers },
  });

async function codeFor(user: string) {
  const codeVerifier = randomBytes(32).toString('base64url');
  const browser = new TestBrowser(chat.issuer, REDIRECT_URI, chat.issuer.loginClientId);
  const back = await browser.signIn(user, codeVerifier);
  return { code: back.searchParams.get('code')!, codeVerifier, redirectUri: REDIRECT_URI };
}
async function signIn(user: string) {
  const response = await post('token', await codeFor(user));
  const [cookie] = response.headers.getSetCookie();
  return { response, body: (await response.json()) as TokenResponse, cookie: cookie!, pair: cookie!.split(';')[0]! };
}

it('exchanges a code on the server, keeps the refresh token in an HttpOnly cookie and remembers the display name', async () => {
  const { response, body, cookie } = await signIn('alice');
  expect(response.status).toBe(200);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(body).toEqual({
    accessToken: expect.any(String),
    expiresInMs: expect.any(Number),
    user: { id: expect.any(String), username: expect.any(String), groups: [], name: 'Alice Lindqvist' },
  });
  expect(Object.keys(body)).not.toContain('refreshToken');
  expect(cookie).toMatch(/HttpOnly/i);
  expect(cookie).toMatch(/SameSite=Strict/i);
  expect(cookie).toMatch(/Path=\/api\/session/);
  // Plain http on this very machine: the browser would not keep a Secure cookie.
  expect(cookie).not.toMatch(/Secure/i);
  const me = await fetch(`${chat.url}/api/session/me`, { headers: { authorization: `Bearer ${body.accessToken}` } });
  expect(await me.json()).toMatchObject({
    kind: 'user',
    id: body.user.id,
    name: 'Alice Lindqvist',
    expiresAt: expect.stringMatching(/Z$/),
  });
});

it('marks the cookie Secure, with its prefix, for every origin but this machine’s plain http', async () => {
  const other = await post('logout', {}, { origin: ORIGIN });
  expect(other.headers.getSetCookie()[0]).toMatch(/^parley_refresh=;/);
});

it('renews the session by the cookie, again and again', async () => {
  let { pair } = await signIn('alice');
  for (let n = 0; n < 3; n += 1) {
    const response = await post('refresh', {}, { cookie: pair });
    expect(response.status).toBe(200);
    expect(((await response.json()) as TokenResponse).user.name).toBe('Alice Lindqvist');
    const next = response.headers.getSetCookie()[0]!.split(';')[0]!;
    expect(next).not.toBe(pair);
    pair = next;
  }
});

it('ends the whole sign-in when a refresh token that was rotated is used again after the grace', async () => {
  const { pair: stolen } = await signIn('alice');
  const refreshed = await post('refresh', {}, { cookie: stolen });
  const pair = refreshed.headers.getSetCookie()[0]!.split(';')[0]!;
  chat.issuerClock.aheadMs = 61_000;
  try {
    for (const cookie of [stolen, pair]) {
      const response = await post('refresh', {}, { cookie });
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, 'token_refused']);
      expect(response.headers.getSetCookie()[0]).toMatch(/^parley_refresh=;/);
    }
  } finally {
    chat.issuerClock.aheadMs = 0;
  }
});

it('answers two tabs that refresh with the same cookie at once', async () => {
  const { pair } = await signIn('bob');
  const statuses = await Promise.all([1, 2].map(async () => (await post('refresh', {}, { cookie: pair })).status));
  expect(statuses).toEqual([200, 200]);
});

/** What the pool itself says to the refresh token of a cookie. */
const atPool = async (pair: string) => {
  const client = new TestBrowser(chat.issuer, REDIRECT_URI, chat.issuer.loginClientId);
  const form = { grant_type: 'refresh_token', refresh_token: pair.slice(pair.indexOf('=') + 1) };
  const response = await client.token({ ...form, client_secret: chat.issuer.loginClientSecret ?? '' });
  const { error } = (await response.json()) as { error?: string };
  return [response.status, error];
};

it('ends the session on logout, at the pool too', async () => {
  const { pair } = await signIn('alice');
  const { pair: other } = await signIn('alice');
  const response = await post('logout', {}, { cookie: pair });
  expect([response.status, response.headers.getSetCookie()[0]]).toEqual([
    204,
    expect.stringMatching(/parley_refresh=;.*Max-Age=0/),
  ]);
  expect([await atPool(pair), await atPool(other)]).toEqual([
    [400, 'invalid_grant'],
    [200, undefined],
  ]);
  const again = await post('refresh', {}, { cookie: pair });
  expect([again.status, ((await again.json()) as { code: string }).code]).toEqual([401, 'token_refused']);
});

describe('logout', () => {
  const ticketFor = (accessToken: string) =>
    fetch(`${chat.url}/api/session/ticket`, {
      method: 'POST',
      body: '{"audience":"chat"}',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    });
  const hasEnded = async (accessToken: string) => (await ticketFor(accessToken)).status === 401;

  it('ends the sign-in that the cookie belongs to, and no other of the same person', async () => {
    const [first, second] = [await signIn('alice'), await signIn('alice')];
    expect((await post('logout', {}, { cookie: first.pair })).status).toBe(204);
    expect(await hasEnded(first.body.accessToken)).toBe(true);
    expect(await hasEnded(second.body.accessToken)).toBe(false);
    // What was issued already lives to its end on ordinary routes.
    const headers = { authorization: `Bearer ${first.body.accessToken}` };
    expect((await fetch(`${chat.url}/api/session/me`, { headers })).status).toBe(200);
  });

  it('ends it by the bearer token alone too, and at the pool when its cookie is used next', async () => {
    const { body, pair } = await signIn('alice');
    expect((await post('logout', {}, { authorization: `Bearer ${body.accessToken}` })).status).toBe(204);
    expect(await hasEnded(body.accessToken)).toBe(true);
    const renewal = await post('refresh', {}, { cookie: pair });
    expect([renewal.status, ((await renewal.json()) as { code: string }).code]).toEqual([401, 'token_refused']);
    expect(await atPool(pair)).toEqual([400, 'invalid_grant']);
  });

  it('everywhere ends all sign-ins of the person: the other one cannot be renewed, and its cookie is taken away', async () => {
    const [first, second] = [await signIn('bob'), await signIn('bob')];
    expect((await post('logout', { everywhere: true }, { cookie: first.pair })).status).toBe(204);
    expect([await hasEnded(first.body.accessToken), await hasEnded(second.body.accessToken)]).toEqual([true, true]);
    const renewal = await post('refresh', {}, { cookie: second.pair });
    expect([renewal.status, renewal.headers.getSetCookie()[0]]).toEqual([401, expect.stringMatching(/Max-Age=0/)]);
    expect(await atPool(second.pair)).toEqual([400, 'invalid_grant']);
  });

  it('with a cookie succeeds beside a broken bearer token, and once more when all is over', async () => {
    const { pair } = await signIn('alice');
    expect((await post('logout', {}, { cookie: pair, authorization: 'Bearer a.b.c' })).status).toBe(204);
    expect((await post('logout', {}, { cookie: pair })).status).toBe(204);
    expect((await post('logout', {})).status).toBe(204);
  });
});

describe('a guest', () => {
  const begin = (headers: Record<string, string> = {}, body: object = {}) => post('guest', body, headers);

  it('of the own origin gets a cookie and never the session itself', async () => {
    const response = await begin({}, { sessionId: 'my-label' });
    expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(await response.json()).toEqual({ sessionId: 'my-label', expiresInMs: 2_592_000_000 });
    const cookie = response.headers.getSetCookie()[0]!;
    expect(cookie).toMatch(/^parley_guest=g1\.[^;]+;.*HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    const headers = { cookie: cookie.split(';')[0]!, origin: ORIGIN };
    const me = await fetch(`${chat.url}/api/session/me`, { headers });
    expect(await me.json()).toMatchObject({ kind: 'guest', id: expect.stringMatching(/^g-/), groups: [] });
  });

  it('of another allowed origin gets the session and no cookie, buys tickets with it, and is renewed as the same', async () => {
    const response = await begin({ origin: PARTNER });
    expect(response.headers.getSetCookie()).toEqual([]);
    const { session, sessionId } = (await response.json()) as { session: string; sessionId: string };
    expect(sessionId).toMatch(/^[0-9a-f-]{36}$/);
    const authorization = `Guest ${session}`;
    const me = async (with_: string) =>
      (await (await fetch(`${chat.url}/api/session/me`, { headers: { authorization: with_ } })).json()) as {
        id: string;
      };
    expect((await post('ticket', { audience: 'chat' }, { authorization })).status).toBe(201);
    const renewed = (await (await begin({ origin: PARTNER, authorization })).json()) as { session: string };
    expect((await me(`Guest ${renewed.session}`)).id).toBe((await me(authorization)).id);
  });

  it('with a session that is not ours is refused; the ambient cookie of one just counts as none', async () => {
    expect((await begin({ origin: PARTNER, authorization: 'Guest g1.x' })).status).toBe(401);
    expect((await begin({ cookie: 'parley_guest=g1.x' })).status).toBe(201);
  });
});

describe('refused:', () => {
  it('a code used twice, a wrong verifier, a made-up code', async () => {
    const exchange = await codeFor('alice');
    expect((await post('token', exchange)).status).toBe(200);
    for (const body of [
      exchange,
      { ...(await codeFor('alice')), codeVerifier: randomBytes(32).toString('base64url') },
      { ...exchange, code: 'made-up' },
    ]) {
      const response = await post('token', body);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, 'token_refused']);
    }
  });

  it('an ID token: it opens no route and buys no ticket', async () => {
    const authorization = `Bearer ${await chat.issuer.mint('alice', { use: 'id' })}`;
    expect((await post('ticket', { audience: 'voice' }, { authorization })).status).toBe(401);
    expect((await fetch(`${chat.url}/api/session/me`, { headers: { authorization } })).status).toBe(401);
  });

  it('a refresh without a cookie', async () => expect((await post('refresh', {})).status).toBe(401));

  it.each([
    ['a foreign origin', { origin: 'https://evil.example' }, 'origin_not_allowed'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'json_required'],
    ['plain text', { 'content-type': 'text/plain' }, 'json_required'],
  ])('%s on every route that uses the cookie', async (_, headers, code) => {
    const authorization = `Bearer ${await chat.issuer.mint('alice')}`;
    for (const path of ['token', 'refresh', 'logout', 'guest', 'claim']) {
      const response = await post(path, {}, { authorization, ...headers } as unknown as Record<string, string>);
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([403, code]);
    }
  });

  it('a token request of the wrong form, without repeating it', async () => {
    const response = await post('token', { code: 'x', codeVerifier: 'secret-but-short', redirectUri: 'nowhere' });
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(text).not.toContain('secret-but-short');
  });
});

it('signs nobody out when the pool cannot be reached', async () => {
  const { pair } = await signIn('alice');
  await chat.issuer.close();
  const response = await post('refresh', {}, { cookie: pair });
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([503, 'identity_unavailable']);
  expect(response.headers.getSetCookie()).toEqual([]);
  await chat.close();
  chat = await startChat();
});

it('sells a ticket that says nothing of the token', async () => {
  const response = await chat.as('alice')('/api/session/ticket', { method: 'POST', body: '{"audience":"voice"}' });
  const { ticket, expiresInMs } = (await response.json()) as { ticket: string; expiresInMs: number };
  expect([response.status, ticket, expiresInMs]).toEqual([201, expect.stringMatching(/^[\w-]{43}$/), 30_000]);
});

it.each([
  '{"audience":"stream"}',
  '{"audience":"stream","conversationId":"../../elsewhere-x"}',
  '{"audience":"page"}',
  '{"audience":["voice"]}',
])('sells no ticket for %s, which names nothing that a ticket opens', async (body) => {
  const response = await chat.as('alice')('/api/session/ticket', { method: 'POST', body });
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'invalid_body']);
});

it('keeps the name that a person chose', async () => {
  const response = await chat.as('carol')('/api/session/me', { method: 'PATCH', body: '{"name":" Caz "}' });
  expect(await response.json()).toMatchObject({ name: 'Caz' });
  expect(await (await chat.as('carol')('/api/session/me')).json()).toMatchObject({ name: 'Caz' });
});

it('logs no token, code, cookie or ticket', () => {
  expect(chat.logs.text).not.toMatch(/eyJ[A-Za-z0-9_-]+\./);
  expect(chat.logs.text).not.toMatch(/g1\.g-/);
});
