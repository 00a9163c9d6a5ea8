import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestBrowser } from '@parley/aws-sim';
import type { TokenResponse } from '@parley/protocol';
import { startReplica, type Replica } from '../testing/start-chat';
import { ORIGIN, REDIRECT_URI, startWorld, type World } from '../testing/world';

/** The pool as a client sees it for which it does not rotate: a refresh brings no new refresh token. */
async function withoutRotation({ issuer }: World) {
  const server = createServer(async (request, response) => {
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const form = await new Response(request as unknown as AsyncIterable<Uint8Array> & BodyInit).text();
    const headers = { authorization, 'content-type': type };
    const answer = await fetch(`${issuer.domain}${request.url}`, { method: 'POST', headers, body: form });
    const text = await answer.text();
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    const isRefresh = new URLSearchParams(form).get('grant_type') === 'refresh_token';
    response.end(isRefresh ? JSON.stringify({ ...JSON.parse(text), refresh_token: undefined }) : text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  };
}

let world: World;
let pool: Awaited<ReturnType<typeof withoutRotation>>;
let chat: Replica;
beforeAll(async () => {
  world = await startWorld();
  pool = await withoutRotation(world);
  chat = await startReplica(world, { COGNITO_DOMAIN: pool.url });
});
afterAll(async () => {
  await chat.service.stop();
  await Promise.all([pool.close(), world.close()]);
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${chat.url}/api/session/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', origin: ORIGIN, ...headers },
  });

it('a session that was ended by its bearer token ends at a pool that does not rotate, too, when it is used next', async () => {
  const codeVerifier = randomBytes(32).toString('base64url');
  const browser = new TestBrowser(world.issuer, REDIRECT_URI, world.issuer.loginClientId);
  const code = (await browser.signIn('alice', codeVerifier)).searchParams.get('code');
  const signedIn = await post('token', { code, codeVerifier, redirectUri: REDIRECT_URI });
  const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!;
  const renewed = await post('refresh', {}, { cookie });
  expect([renewed.status, renewed.headers.getSetCookie()]).toEqual([200, []]);
  const { accessToken } = (await renewed.json()) as TokenResponse;
  const refreshToken = cookie.slice(cookie.indexOf('=') + 1);
  const atPool = async () =>
    (
      await browser.token({
        ...{ grant_type: 'refresh_token', refresh_token: refreshToken },
        client_secret: world.issuer.loginClientSecret ?? '',
      })
    ).status;
  expect((await post('logout', {}, { authorization: `Bearer ${accessToken}` })).status).toBe(204);
  expect(await atPool()).toBe(200);
  expect((await post('refresh', {}, { cookie })).status).toBe(401);
  expect(await atPool()).toBe(400);
});
