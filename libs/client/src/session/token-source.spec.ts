import { until } from '../core/observable';
import { FakeClock } from '../../test/fake-clock';
import { startHttpServer, type Answer } from '../../test/http-server';
import type { Tabs } from './tabs';
import { TokenSource, type TabMessage, type TokenSourceOptions } from './token-source';

const user = { id: 'u-1', username: '8c0e', groups: [], name: 'Alice' };
const grant = (accessToken: string, expiresInMs = 300_000): Answer => ({
  json: { accessToken, expiresInMs, user },
});
const refusal: Answer = { status: 401, json: { code: 'token_refused', kind: 'denied', message: 'Sign in again' } };

let answer: (path: string) => Answer | Promise<Answer>;
let server: Awaited<ReturnType<typeof startHttpServer>>;
beforeAll(async () => void (server = await startHttpServer(({ path }) => answer(path))));
afterAll(() => server.close());

let clock: FakeClock;
let store: Map<string, string>;
let left: string[];
const sources: TokenSource[] = [];
beforeEach(() => {
  clock = new FakeClock();
  store = new Map();
  left = [];
  server.seen.length = 0;
});
afterEach(() => sources.splice(0).forEach((source) => source.close()));

function make(options: Partial<TokenSourceOptions> = {}): TokenSource {
  const source = new TokenSource({
    domain: 'https://sign-in.example/',
    clientId: 'spa',
    redirectUri: 'https://parley.example/auth/callback',
    logoutUri: 'https://parley.example/',
    baseUrl: server.url,
    clock,
    random: () => 0.5,
    store: {
      getItem: (key) => store.get(key) ?? null,
      setItem: (key, value) => void store.set(key, value),
      removeItem: (key) => void store.delete(key),
    },
    navigate: (url) => void left.push(url),
    tabs: () => ({ exclusively: (work) => work(), tell: () => undefined, close: () => undefined }),
    ...options,
  });
  sources.push(source);
  return source;
}

/** Goes to the sign-in page and comes back from it with `answer`. */
async function comeBack(source: TokenSource, with_: Record<string, string> = { code: 'the-code' }, returnTo = '/c/1') {
  await source.signIn(returnTo);
  const asked = new URL(left.at(-1)!).searchParams;
  return `https://parley.example/auth/callback?${new URLSearchParams({ state: asked.get('state')!, ...with_ })}`;
}

describe('TokenSource, signing in', () => {
  it('asks for a code with state, nonce and an S256 challenge', async () => {
    await make().signIn('/');
    const url = new URL(left[0]!);
    expect(url.origin + url.pathname).toBe('https://sign-in.example/oauth2/authorize');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'spa',
      redirect_uri: 'https://parley.example/auth/callback',
      scope: 'openid email profile',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
  });

  it('has the code exchanged by the server and goes back to where it began', async () => {
    answer = () => grant('token-1');
    const source = make();
    const back = await comeBack(source);
    const { verifier } = JSON.parse(store.get('parley.signIn')!) as { verifier: string };
    await expect(source.completeSignIn(back)).resolves.toBe('/c/1');
    expect(source.state.get()).toEqual({ name: 'signed-in', user });
    expect(server.seen).toMatchObject([{ method: 'POST', path: '/api/session/token' }]);
    expect(JSON.parse(server.seen[0]!.body)).toEqual({
      code: 'the-code',
      codeVerifier: verifier,
      redirectUri: 'https://parley.example/auth/callback',
    });
    await expect(source.token()).resolves.toBe('token-1');
  });

  it('keeps no token in any storage', async () => {
    answer = () => grant('token-1');
    const source = make();
    await source.completeSignIn(await comeBack(source));
    expect([...store.values()].join()).not.toContain('token-1');
    expect(store.size).toBe(0);
  });

  it('refuses an answer whose state this tab did not send, and sends nothing', async () => {
    const source = make();
    await comeBack(source);
    const foreign = 'https://parley.example/auth/callback?code=x&state=somebody-elses';
    await expect(source.completeSignIn(foreign)).rejects.toMatchObject({ code: 'sign_in_unknown' });
    expect(server.seen).toEqual([]);
    expect(source.state.get()).toMatchObject({ name: 'failed', retrying: false });
  });

  it('uses an answer once', async () => {
    answer = () => grant('token-1');
    const source = make();
    const back = await comeBack(source);
    await source.completeSignIn(back);
    await expect(source.completeSignIn(back)).rejects.toMatchObject({ code: 'sign_in_unknown' });
  });

  it('says when the sign-in page refused', async () => {
    const source = make();
    const back = await comeBack(source, { error: 'access_denied' });
    await expect(source.completeSignIn(back)).rejects.toMatchObject({ code: 'sign_in_refused' });
  });

  it.each(['//evil.example/', '/\\evil.example', 'https://evil.example/'])('does not return to %s', async (place) => {
    answer = () => grant('token-1');
    const source = make();
    await expect(source.completeSignIn(await comeBack(source, { code: 'c' }, place))).resolves.toBe('/');
  });
});

describe('TokenSource, keeping a token', () => {
  async function signedIn(options?: Partial<TokenSourceOptions>): Promise<TokenSource> {
    answer = () => grant('token-1');
    const source = make(options);
    await source.restore();
    return source;
  }

  it('signs in silently by the cookie when the page is loaded', async () => {
    const source = await signedIn();
    expect(source.state.get()).toEqual({ name: 'signed-in', user });
    expect(server.seen).toMatchObject([
      { method: 'POST', path: '/api/session/refresh', headers: { 'content-type': 'application/json' }, body: '{}' },
    ]);
  });

  it('is signed out when the cookie is refused', async () => {
    answer = () => refusal;
    const source = make();
    await source.restore();
    expect(source.state.get()).toEqual({ name: 'signed-out' });
    await expect(source.token()).rejects.toMatchObject({ code: 'signed_out', kind: 'denied' });
  });

  it('renews ahead of time, by itself', async () => {
    const source = await signedIn();
    answer = () => grant('token-2');
    clock.advance(clock.nextInMs!);
    await source.token({ refused: 'token-1' });
    expect(server.seen).toHaveLength(2);
    await expect(source.token()).resolves.toBe('token-2');
  });

  it('makes one request for many callers', async () => {
    const source = await signedIn();
    answer = () => grant('token-2');
    clock.advance(299_000);
    const tokens = await Promise.all([source.token(), source.token(), source.token({ refused: 'token-1' })]);
    expect(tokens).toEqual(['token-2', 'token-2', 'token-2']);
    expect(server.seen).toHaveLength(2);
  });

  it('gives another token than the one a server refused', async () => {
    const source = await signedIn();
    answer = () => grant('token-2');
    await expect(source.token({ refused: 'token-1' })).resolves.toBe('token-2');
  });

  it('gives one that lives long enough for the caller', async () => {
    const source = await signedIn();
    answer = () => grant('token-2');
    await expect(source.token({ minValidityMs: 60_000 })).resolves.toBe('token-1');
    await expect(source.token({ minValidityMs: 300_001 })).resolves.toBe('token-2');
  });

  it.each<[string, Answer]>([
    ['an outage of the keys', { status: 503, json: { code: 'signing_keys_unavailable', kind: 'unavailable' } }],
    ['a broken proxy', { status: 502, text: '<html>', headers: { 'content-type': 'text/html' } }],
    ['no network', 'hang up'],
  ])('signs nobody out by %s, and tries again', async (_, outage) => {
    const source = await signedIn();
    answer = () => outage;
    clock.advance(299_500);
    await expect(source.token({ refused: 'token-1' })).rejects.toMatchObject({ kind: 'unavailable' });
    expect(source.state.get()).toEqual({ name: 'signed-in', user });
    answer = () => grant('token-2');
    clock.advance(clock.nextInMs!);
    await expect(source.token()).resolves.toBe('token-2');
  });

  it('hands out the old token while it lives and a new one cannot be had', async () => {
    const source = await signedIn();
    answer = () => 'hang up';
    await expect(source.token({ minValidityMs: 299_999_999 })).resolves.toBe('token-1');
  });

  it('asks a failing service again only after a while, however many callers there are', async () => {
    const source = await signedIn();
    answer = () => ({ status: 503, headers: { 'retry-after': '7' }, json: {} });
    clock.advance(300_000);
    await expect(source.token()).rejects.toMatchObject({ retryAfterMs: 7_000 });
    const before = server.seen.length;
    await expect(source.token()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(server.seen).toHaveLength(before);
    expect(clock.nextInMs).toBe(7_000);
  });

  it('says why it could not sign in when the page was loaded during an outage, then does', async () => {
    answer = () => 'hang up';
    const source = make();
    await source.restore();
    expect(source.state.get()).toMatchObject({ name: 'failed', retrying: true, error: { code: 'network' } });
    answer = () => grant('token-1');
    clock.advance(clock.nextInMs!);
    await until(source.state, ({ name }) => name === 'signed-in');
  });

  it('is signed out when a renewal is refused', async () => {
    const source = await signedIn();
    answer = () => refusal;
    await expect(source.token({ refused: 'token-1' })).rejects.toMatchObject({ kind: 'denied' });
    expect(source.state.get()).toEqual({ name: 'signed-out' });
    expect(clock.nextInMs).toBeUndefined();
  });
});

describe('TokenSource, signing out', () => {
  it('ends the session at the service, then at the sign-in domain', async () => {
    answer = () => grant('token-1');
    const source = make();
    await source.restore();
    answer = () => ({ status: 204 });
    await source.signOut({ everywhere: true });
    expect(server.seen.at(-1)).toMatchObject({
      path: '/api/session/logout',
      body: '{"everywhere":true}',
      headers: { authorization: 'Bearer token-1' },
    });
    expect(left).toEqual(['https://sign-in.example/logout?client_id=spa&logout_uri=https%3A%2F%2Fparley.example%2F']);
    expect(source.state.get()).toEqual({ name: 'signed-out' });
  });

  it('stays signed in, and says so, when the service was not reached: the cookie would sign in again', async () => {
    answer = () => grant('token-1');
    const source = make();
    await source.restore();
    answer = () => 'hang up';
    await expect(source.signOut()).rejects.toMatchObject({ code: 'network' });
    expect(source.state.get().name).toBe('signed-in');
    expect(left).toEqual([]);
  });

  it('does not sign in again by a renewal that was on its way', async () => {
    answer = () => grant('token-1');
    const source = make();
    await source.restore();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    answer = (path) => (path.endsWith('/refresh') ? held.then(() => grant('token-2')) : { status: 204 });
    const late = source.token({ refused: 'token-1' });
    await source.signOut();
    release();
    await expect(late).rejects.toMatchObject({ kind: 'denied' });
    expect(source.state.get()).toEqual({ name: 'signed-out' });
  });
});

describe('TokenSource in several tabs', () => {
  /** Tabs with one lock and one channel, as a browser gives them. */
  function browser() {
    const ears: ((message: TabMessage) => void)[] = [];
    let last: Promise<unknown> = Promise.resolve();
    return (heard: (message: TabMessage) => void): Tabs<TabMessage> => {
      ears.push(heard);
      return {
        exclusively: (work) => {
          const mine = last.then(work, work);
          last = mine.catch(() => undefined);
          return mine;
        },
        tell: (message) => ears.filter((ear) => ear !== heard).forEach((ear) => ear(message)),
        close: () => undefined,
      };
    };
  }

  it('renews once for all', async () => {
    const tabs = browser();
    answer = () => grant('token-1');
    const [one, two] = [make({ tabs }), make({ tabs })];
    await Promise.all([one.restore(), two.restore()]);
    expect(server.seen).toHaveLength(1);
    await expect(two.token()).resolves.toBe('token-1');
  });

  it('signs all of them out together, and in', async () => {
    const tabs = browser();
    answer = (path) => (path.endsWith('/logout') ? { status: 204 } : grant('token-1'));
    const [one, two] = [make({ tabs }), make({ tabs })];
    await one.restore();
    expect(two.state.get()).toEqual({ name: 'signed-in', user });
    await two.signOut();
    expect(one.state.get()).toEqual({ name: 'signed-out' });
  });
});
