import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startIssuer, type Issuer } from './start-issuer';
import { decodeUnverified, TestBrowser, type TokenSet } from './testing';

const APP = 'http://localhost:4200/';
const VERIFIER = 'v'.repeat(43);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
let nowMs = Date.now();
let issuer: Issuer;
const dataFile = join(mkdtempSync(join(tmpdir(), 'parley-issuer-')), 'issuer.json');
const start = () => startIssuer({ redirectUris: [APP], dataFile, now: () => nowMs });

beforeAll(async () => void (issuer = await start()));
afterAll(() => issuer.close());
beforeEach(() => void (nowMs = Date.now()));

const verify = (token: string, options = {}) =>
  jwtVerify(token, createRemoteJWKSet(new URL(issuer.jwksUri)), { issuer: issuer.issuer, ...options });
const errorOf = async (response: Response) => [response.status, ((await response.json()) as { error: string }).error];
const tokensOf = async (response: Response) => (await response.json()) as TokenSet;

describe('a sign-in with code and PKCE', () => {
  let tokens: TokenSet;
  beforeAll(async () => void (tokens = await new TestBrowser(issuer, APP).signInForTokens('carol')));

  it('returns to the app with code and state and nothing else', async () => {
    const back = await new TestBrowser(issuer, APP).signIn('alice', VERIFIER);
    expect(back.origin + back.pathname).toBe(APP);
    expect([...back.searchParams.keys()].sort()).toEqual(['code', 'state']);
    expect(back.searchParams.get('state')).toBe('state-1');
  });

  it('issues an access token with exactly the claims of Cognito', async () => {
    const { payload, protectedHeader } = await verify(tokens.access_token, { algorithms: ['RS256'] });
    expect(Object.keys(payload).sort()).toEqual(
      [
        'auth_time',
        'client_id',
        'cognito:groups',
        'event_id',
        'exp',
        'iat',
        'iss',
        'jti',
        'origin_jti',
        'scope',
      ].concat(['sub', 'token_use', 'username', 'version']),
    );
    expect(payload).toMatchObject({
      client_id: issuer.spaClientId,
      'cognito:groups': ['admins'],
      scope: 'openid email profile',
      token_use: 'access',
      version: 2,
      sub: issuer.users[2]?.sub,
      username: issuer.users[2]?.username,
    });
    expect(payload.auth_time).toEqual(expect.any(Number));
    for (const id of ['sub', 'username', 'jti', 'origin_jti', 'event_id']) expect(payload[id]).toMatch(UUID);
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid']);
  });

  it('issues an ID token with exactly the claims of Cognito', async () => {
    const { payload, protectedHeader } = await verify(tokens.id_token, { audience: issuer.spaClientId });
    expect(Object.keys(payload).sort()).toEqual(
      ['aud', 'auth_time', 'cognito:groups', 'cognito:username', 'email', 'email_verified', 'event_id', 'exp'].concat([
        'iat',
        'iss',
        'jti',
        'name',
        'nonce',
        'origin_jti',
        'sub',
        'token_use',
      ]),
    );
    expect(payload).toMatchObject({
      aud: issuer.spaClientId,
      'cognito:username': issuer.users[2]?.username,
      email: 'carol@example.com',
      email_verified: true,
      name: 'Carol Medina',
      nonce: 'nonce-1',
      token_use: 'id',
    });
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid']);
  });

  it('signs access and ID tokens with different keys', () => {
    expect(decodeUnverified(tokens.access_token, 0)['kid']).not.toBe(decodeUnverified(tokens.id_token, 0)['kid']);
  });

  it('ties the tokens of one sign-in by origin_jti and event_id and gives each its own jti', () => {
    const [access, id] = [decodeUnverified(tokens.access_token), decodeUnverified(tokens.id_token)];
    expect([access['origin_jti'], access['event_id']]).toEqual([id['origin_jti'], id['event_id']]);
    expect(access['jti']).not.toBe(id['jti']);
  });

  it('leaves cognito:groups out for a user without groups', async () => {
    const { access_token } = await new TestBrowser(issuer, APP).signInForTokens('bob');
    expect(decodeUnverified(access_token)).not.toHaveProperty('cognito:groups');
  });

  it('answers userInfo for the access token and refuses the ID token', async () => {
    const ask = (token: string) =>
      fetch(`${issuer.domain}/oauth2/userInfo`, { headers: { authorization: `Bearer ${token}` } });
    expect(await (await ask(tokens.access_token)).json()).toMatchObject({ email: 'carol@example.com' });
    expect((await ask(tokens.id_token)).status).toBe(401);
  });

  it('lets a confidential client exchange with its secret, in the header or the body, and not without', async () => {
    const { loginClientId = '', loginClientSecret = '' } = issuer;
    const browser = new TestBrowser(issuer, APP, loginClientId);
    const exchange = async (more: Record<string, string>, headers = {}) => {
      const code = (await browser.signIn('alice', VERIFIER)).searchParams.get('code') ?? '';
      const form = { grant_type: 'authorization_code', code, redirect_uri: APP, code_verifier: VERIFIER };
      return (await browser.token({ ...form, ...more }, headers)).status;
    };
    const basic = Buffer.from(`${loginClientId}:${loginClientSecret}`).toString('base64');
    expect(await exchange({}, { authorization: `Basic ${basic}` })).toBe(200);
    expect(await exchange({ client_secret: loginClientSecret })).toBe(200);
    expect(await exchange({ client_secret: 'wrong' })).toBe(401);
    expect(await exchange({})).toBe(401);
  });
});

describe('what the pool refuses', () => {
  const exchange = async (change: Record<string, string>) => {
    const browser = new TestBrowser(issuer, APP);
    const code = (await browser.signIn('alice', VERIFIER)).searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: APP, code_verifier: VERIFIER };
    return browser.token({ ...form, ...change });
  };

  it('refuses a wrong code verifier', async () => {
    expect(await errorOf(await exchange({ code_verifier: 'w'.repeat(43) }))).toEqual([400, 'invalid_grant']);
  });

  it('refuses another redirect URI at the exchange', async () => {
    expect(await errorOf(await exchange({ redirect_uri: 'http://localhost:4200/other' }))).toEqual([
      400,
      'invalid_grant',
    ]);
  });

  it('refuses a code that was used', async () => {
    const browser = new TestBrowser(issuer, APP);
    const code = (await browser.signIn('alice', VERIFIER)).searchParams.get('code') ?? '';
    const form = { grant_type: 'authorization_code', code, redirect_uri: APP, code_verifier: VERIFIER };
    const first = await tokensOf(await browser.token(form));
    expect(await errorOf(await browser.token(form))).toEqual([400, 'invalid_grant']);
    expect((await browser.refresh(first.refresh_token)).status).toBe(400);
  });

  it('shows an error page, and does not redirect, for an unregistered redirect URI', async () => {
    const browser = new TestBrowser(issuer, 'http://localhost:4200/elsewhere');
    const answer = await browser.fetch(browser.authorizeUrl(VERIFIER));
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    expect(await answer.text()).toContain('This sign-in cannot begin');
  });

  it('refuses an authorization request without PKCE, and plain PKCE', async () => {
    const browser = new TestBrowser(issuer, APP);
    const withoutPkce: Record<string, string> = { code_challenge: '', code_challenge_method: '' };
    for (const more of [withoutPkce, { code_challenge_method: 'plain' }]) {
      const answer = await browser.fetch(browser.authorizeUrl(VERIFIER, more));
      expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_request');
    }
  });

  it('says login_required to prompt=none without a session', async () => {
    const browser = new TestBrowser(issuer, APP);
    const answer = await browser.fetch(browser.authorizeUrl(VERIFIER, { prompt: 'none' }));
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe('login_required');
  });
});

describe('the sign-in page', () => {
  it('says that it is simulated and lists the users as buttons', async () => {
    const browser = new TestBrowser(issuer, APP);
    const begun = await browser.fetch(browser.authorizeUrl(VERIFIER));
    const answer = await browser.fetch(begun.headers.get('location') ?? '');
    const page = await answer.text();
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain('Simulated sign-in');
    for (const user of ['alice', 'bob', 'carol']) expect(page).toContain(`name="user" value="${user}"`);
  });

  it('does not ask again while the browser has a session, until /logout', async () => {
    const browser = new TestBrowser(issuer, APP);
    await browser.signIn('alice', VERIFIER);
    const again = await browser.fetch(browser.authorizeUrl(VERIFIER));
    expect(again.headers.get('location')).toContain(`${APP}?code=`);

    const out = new URLSearchParams({ client_id: issuer.spaClientId, logout_uri: APP });
    const left = await browser.fetch(`/logout?${out}`);
    expect([left.status, left.headers.get('location')]).toEqual([302, APP]);
    expect((await browser.fetch(browser.authorizeUrl(VERIFIER))).headers.get('location')).toContain('/login?');
  });

  it('does not redirect a logout to an unregistered address', async () => {
    const out = new URLSearchParams({ client_id: issuer.spaClientId, logout_uri: 'https://evil.example/' });
    const answer = await new TestBrowser(issuer, APP).fetch(`/logout?${out}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });
});

describe('refresh tokens', () => {
  const signIn = () => new TestBrowser(issuer, APP).signInForTokens('alice');
  const browser = () => new TestBrowser(issuer, APP);

  it('rotate, and keep user, sign-in and client', async () => {
    const first = await signIn();
    const second = await tokensOf(await browser().refresh(first.refresh_token));
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const [before, after] = [decodeUnverified(first.access_token), decodeUnverified(second.access_token)];
    for (const claim of ['sub', 'client_id', 'origin_jti', 'event_id', 'auth_time', 'scope'])
      expect(after[claim]).toEqual(before[claim]);
    expect(decodeUnverified(second.id_token)).toMatchObject({ token_use: 'id', email: 'alice@example.com' });
  });

  it('get a valid answer again within the grace, and each answer can be used', async () => {
    const first = await signIn();
    const answers = await Promise.all([1, 2].map(() => browser().refresh(first.refresh_token).then(tokensOf)));
    nowMs += 59_000;
    answers.push(await tokensOf(await browser().refresh(first.refresh_token)));
    for (const { refresh_token } of answers) expect((await browser().refresh(refresh_token)).status).toBe(200);
  });

  it('end the whole family when one is used again after the grace', async () => {
    const first = await signIn();
    const second = await tokensOf(await browser().refresh(first.refresh_token));
    nowMs += 61_000;
    expect(await errorOf(await browser().refresh(first.refresh_token))).toEqual([400, 'invalid_grant']);
    expect(await errorOf(await browser().refresh(second.refresh_token))).toEqual([400, 'invalid_grant']);
  });

  it('do not get a new grace by being used within it', async () => {
    const first = await signIn();
    await browser().refresh(first.refresh_token);
    nowMs += 40_000;
    expect((await browser().refresh(first.refresh_token)).status).toBe(200);
    nowMs += 40_000;
    expect((await browser().refresh(first.refresh_token)).status).toBe(400);
  });

  it('leave the other sign-ins of the same browser alone when a family ends', async () => {
    const person = browser();
    const [one, other] = [await person.signInForTokens('alice'), await person.signInForTokens('alice')];
    await person.refresh(one.refresh_token);
    nowMs += 61_000;
    expect((await person.refresh(one.refresh_token)).status).toBe(400);
    expect((await person.refresh(other.refresh_token)).status).toBe(200);
  });

  it('are refused to another client', async () => {
    const { refresh_token } = await signIn();
    const { loginClientId = '', loginClientSecret = '' } = issuer;
    const stranger = new TestBrowser(issuer, APP, loginClientId);
    const form = { grant_type: 'refresh_token', refresh_token, client_secret: loginClientSecret };
    expect((await stranger.token(form)).status).toBe(400);
  });

  it('end by /oauth2/revoke, which answers 200 to an unknown token too', async () => {
    const first = await signIn();
    const revoke = (token: string) =>
      fetch(`${issuer.domain}/oauth2/revoke`, {
        method: 'POST',
        body: new URLSearchParams({ token, client_id: issuer.spaClientId }),
      });
    expect((await revoke(first.refresh_token)).status).toBe(200);
    expect((await browser().refresh(first.refresh_token)).status).toBe(400);
    expect((await revoke('unknown')).status).toBe(200);
  });

  it('outlive /logout, as Cognito has it', async () => {
    const person = browser();
    const { refresh_token } = await person.signInForTokens('alice');
    await person.fetch(`/logout?${new URLSearchParams({ client_id: issuer.spaClientId, logout_uri: APP })}`);
    expect((await person.refresh(refresh_token)).status).toBe(200);
  });
});

describe('a restart with the same file', () => {
  it('keeps refresh tokens, browser sessions and keys', async () => {
    const person = new TestBrowser(issuer, APP);
    const { refresh_token, access_token } = await person.signInForTokens('bob');
    const before = issuer.issuer;
    await issuer.close();
    person.issuer = issuer = await start();

    expect((await verify(access_token, { issuer: before })).payload.sub).toBe(issuer.users[1]?.sub);
    expect((await person.refresh(refresh_token)).status).toBe(200);
    expect((await person.fetch(person.authorizeUrl(VERIFIER))).headers.get('location')).toContain(`${APP}?code=`);
  });

  it('keeps the file from other users of the machine', () => {
    expect(statSync(dataFile).mode & 0o077).toBe(0);
  });
});
