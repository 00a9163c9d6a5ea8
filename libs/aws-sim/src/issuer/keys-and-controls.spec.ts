import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startIssuer, type Issuer } from './start-issuer';
import { decodeUnverified, TestBrowser } from './testing';

const APP = 'http://localhost:4200/';
let nowMs = Date.now();
let issuer: Issuer;

beforeAll(async () => void (issuer = await startIssuer({ redirectUris: [APP], now: () => nowMs })));
afterAll(() => issuer.close());
beforeEach(() => void (nowMs = Date.now()));

const verify = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(issuer.jwksUri)), { issuer: issuer.issuer });

describe('keys', () => {
  it('change on request, and tokens of the old ones stay valid', async () => {
    const before = await issuer.mint('alice');
    await issuer.rotateKeys();
    const after = await issuer.mint('alice');
    expect(decodeUnverified(after, 0)['kid']).not.toBe(decodeUnverified(before, 0)['kid']);
    await verify(before);
    await verify(after);
    const { access_token, id_token } = await new TestBrowser(issuer, APP).signInForTokens('alice');
    expect(decodeUnverified(access_token, 0)['kid']).toBe(decodeUnverified(after, 0)['kid']);
    await verify(id_token);
  });

  it('are unpublished an hour after they were replaced', async () => {
    const before = await issuer.mint('alice', { expiresInMs: 7_200_000 });
    await issuer.rotateKeys();
    nowMs += 3_601_000;
    await expect(verify(before)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  });

  it('are withdrawn at once on demand', async () => {
    const before = await issuer.mint('alice');
    await issuer.rotateKeys({ withdraw: true });
    await expect(verify(before)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  });

  it('are published with exactly the members that Cognito publishes, two of them', async () => {
    const { keys } = (await (await fetch(issuer.jwksUri)).json()) as { keys: Record<string, unknown>[] };
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
  });
});

describe('discovery', () => {
  it('names the issuer, and every endpoint it names answers', async () => {
    const url = `${issuer.issuer}/.well-known/openid-configuration`;
    const document = (await (await fetch(url)).json()) as Record<string, string>;
    expect(document['issuer']).toBe(issuer.issuer);
    for (const name of [
      'jwks_uri',
      'authorization_endpoint',
      'token_endpoint',
      'userinfo_endpoint',
      'end_session_endpoint',
    ])
      expect(
        (await fetch(document[name] ?? '', { method: name === 'token_endpoint' ? 'POST' : 'GET' })).status,
      ).not.toBe(404);
  });

  it('is reachable under localhost and under 127.0.0.1', async () => {
    for (const host of ['localhost', '127.0.0.1'])
      expect((await fetch(issuer.jwksUri.replace('localhost', host))).status).toBe(200);
  });
});

describe('the token endpoint', () => {
  it('allows every origin, without credentials, as Cognito does', async () => {
    const headers = { origin: 'https://app.example' };
    for (const method of ['OPTIONS', 'POST']) {
      const answer = await fetch(`${issuer.domain}/oauth2/token`, { method, headers });
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });
});

describe('the control routes', () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${issuer.domain}/_sim/${path}`, { method: 'POST', body: JSON.stringify(body), headers });

  it('mint a token for a demo user', async () => {
    const answer = await post('token', { user: 'carol', expiresInMs: 60_000 });
    const { token, expiresInMs } = (await answer.json()) as { token: string; expiresInMs: number };
    const { payload } = await verify(token);
    expect(expiresInMs).toBe(60_000);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
    expect(Object.keys(payload).sort()).toEqual(
      Object.keys(decodeUnverified((await new TestBrowser(issuer, APP).signInForTokens('carol')).access_token)).sort(),
    );
  });

  it('mint ID tokens and expired tokens', async () => {
    const mint = async (body: unknown) => ((await (await post('token', body)).json()) as { token: string }).token;
    expect(decodeUnverified(await mint({ user: 'bob', use: 'id' }))).toMatchObject({ token_use: 'id' });
    await expect(verify(await mint({ user: 'bob', expiresInMs: -60_000 }))).rejects.toMatchObject({
      code: 'ERR_JWT_EXPIRED',
    });
  });

  it('answer 404 for an unknown user and 400 for a body that is not right', async () => {
    expect((await post('token', { user: 'mallory' })).status).toBe(404);
    expect((await post('token', { user: 7 })).status).toBe(400);
    expect((await post('outage', {})).status).toBe(400);
  });

  it('make the keys unreadable for a while', async () => {
    expect((await post('outage', { ms: 5_000 })).status).toBe(204);
    expect((await fetch(issuer.jwksUri)).status).toBe(503);
    nowMs += 5_001;
    expect((await fetch(issuer.jwksUri)).status).toBe(200);
    await post('outage', { ms: 60_000 });
    await post('outage', { ms: 0 });
    nowMs -= 5_001;
    expect((await fetch(issuer.jwksUri)).status).toBe(200);
  });

  it('rotate and withdraw the keys', async () => {
    const before = await issuer.mint('alice');
    expect((await post('keys/rotate', { withdraw: true })).status).toBe(204);
    await expect(verify(before)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  });

  it('refuse web pages and foreign host names', async () => {
    expect((await post('token', { user: 'alice' }, { origin: 'http://localhost:4200' })).status).toBe(403);
    const status = await statusWithHost('evil.example');
    expect(status).toBe(403);
  });

  async function statusWithHost(host: string): Promise<number> {
    const { request } = await import('node:http');
    return new Promise((resolve, reject) => {
      const { port } = new URL(issuer.domain);
      request({ host: '127.0.0.1', port, method: 'POST', path: '/_sim/token', headers: { host } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', reject)
        .end('{}');
    });
  }
});

describe('without a file', () => {
  it('knows nothing of an earlier run but the users', async () => {
    const other = await startIssuer({ redirectUris: [APP], host: '127.0.0.1' });
    expect(other.users.map(({ sub }) => sub)).toEqual(issuer.users.map(({ sub }) => sub));
    await expect(verify(await other.mint('alice'))).rejects.toThrow();
    await other.close();
  });
});
