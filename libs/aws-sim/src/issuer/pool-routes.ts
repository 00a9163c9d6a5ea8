import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { Provider } from 'oidc-provider';
import { userInfo } from './claims';
import { ALLOWED_SCOPES, type IssuerClient } from './clients';
import type { DemoUser } from './demo-users';
import { allowAnyOrigin, readBody, redirect, sendJson, type Handler } from './http';
import { notePage, pagePolicy, signInPage } from './pages';
import type { SigningKeys } from './signing-keys';

export interface Pool {
  issuer: string;
  domain: string;
  clients: readonly IssuerClient[];
  logoutUris: readonly string[];
  users: readonly DemoUser[];
  keys: SigningKeys;
  now: () => number;
  /** The provider of this moment: a rotation replaces it. */
  provider: () => Provider;
  /** Whether the published keys cannot be read right now. */
  isOut: () => boolean;
}

/** The endpoints of a user pool and of its domain, where Cognito has them. */
export function poolRoutes(pool: Pool): Record<string, Handler> {
  const { issuer } = pool;
  const pathname = new URL(issuer).pathname;
  const toProvider: Handler = (request, response) => void pool.provider().callback()(request, response);
  const openToProvider: Handler = (request, response, url) => {
    allowAnyOrigin(request, response);
    if (!response.writableEnded) return toProvider(request, response, url);
  };
  const preflight: Handler = (request, response) => allowAnyOrigin(request, response);
  const showUserInfo: Handler = (request, response) => answerUserInfo(pool, request, response);

  return {
    [`GET ${pathname}/.well-known/jwks.json`]: (_request, response) => {
      response.setHeader('access-control-allow-origin', '*');
      if (pool.isOut()) return sendJson(response, 503, { message: 'Simulated outage' });
      sendJson(response, 200, pool.keys.jwks());
    },
    [`GET ${pathname}/.well-known/openid-configuration`]: (_request, response) => {
      response.setHeader('access-control-allow-origin', '*');
      sendJson(response, 200, discovery(pool));
    },
    'GET /oauth2/authorize': toProvider,
    'GET /oauth2/authorize/*': toProvider,
    'POST /oauth2/token': openToProvider,
    'OPTIONS /oauth2/token': preflight,
    'POST /oauth2/revoke': openToProvider,
    'OPTIONS /oauth2/revoke': preflight,
    'GET /oauth2/userInfo': showUserInfo,
    'POST /oauth2/userInfo': showUserInfo,
    'OPTIONS /oauth2/userInfo': preflight,
    'GET /login': (request, response, url) => showSignIn(pool, request, response, url),
    'POST /login': (request, response) => signIn(pool, request, response),
    'GET /logout': (request, response, url) => signOut(pool, request, response, url),
    'GET /': (_request, response) =>
      sendPage(response, 200, (nonce) =>
        notePage('Parley user pool', `This server stands in for Amazon Cognito; its issuer is ${issuer}`, nonce),
      ),
  };
}

export function sendPage(response: ServerResponse, status: number, render: (nonce: string) => string): void {
  const nonce = randomBytes(16).toString('base64url');
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': pagePolicy(nonce),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    .end(render(nonce));
}

const discovery = ({ issuer, domain }: Pool) => ({
  authorization_endpoint: `${domain}/oauth2/authorize`,
  end_session_endpoint: `${domain}/logout`,
  id_token_signing_alg_values_supported: ['RS256'],
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  response_types_supported: ['code'],
  revocation_endpoint: `${domain}/oauth2/revoke`,
  scopes_supported: ALLOWED_SCOPES.filter((scope) => !scope.startsWith('aws.')),
  subject_types_supported: ['public'],
  token_endpoint: `${domain}/oauth2/token`,
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  userinfo_endpoint: `${domain}/oauth2/userInfo`,
});

async function showSignIn(pool: Pool, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  // Cognito's own /login takes the parameters of /oauth2/authorize and leads to the same page.
  if (!url.searchParams.has('interaction')) return redirect(response, `/oauth2/authorize${url.search}`);
  const interaction = await currentInteraction(pool, request, response);
  if (interaction === undefined) return signInIsOver(response);
  sendPage(response, 200, (nonce) => signInPage(pool.users, interaction, nonce));
}

async function signIn(pool: Pool, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(await readBody(request));
  const user = pool.users.find(({ login }) => login === form.get('user'));
  const interaction = await currentInteraction(pool, request, response);
  // A second sign-in in another tab has replaced the cookie: the form of the first one is stale.
  if (interaction === undefined || interaction !== form.get('interaction')) return signInIsOver(response);
  if (!user) return sendPage(response, 400, (nonce) => notePage('Unknown user', 'Go back and choose one.', nonce));
  await pool.provider().interactionFinished(request, response, { login: { accountId: user.sub } });
}

async function currentInteraction(pool: Pool, request: IncomingMessage, response: ServerResponse) {
  try {
    return (await pool.provider().interactionDetails(request, response)).jti;
  } catch {
    return undefined;
  }
}

const signInIsOver = (response: ServerResponse) =>
  sendPage(response, 400, (nonce) =>
    notePage(
      'This sign-in has ended',
      'It took too long, or was begun again in another tab. Start from the app.',
      nonce,
    ),
  );

/** Ends the browser's session; refresh tokens are not revoked by it, as with Cognito. */
async function signOut(pool: Pool, request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const target = url.searchParams.get('logout_uri') ?? '';
  const isKnown = pool.clients.some(({ clientId }) => clientId === url.searchParams.get('client_id'));
  if (!isKnown || !pool.logoutUris.includes(target))
    return sendPage(response, 400, (nonce) =>
      notePage('This cannot be left this way', 'client_id or logout_uri is not registered with the pool.', nonce),
    );
  const provider = pool.provider();
  const context = provider.createContext(request, response);
  const session = await provider.Session.get(context as never);
  if (session.accountId !== undefined) await session.destroy();
  context.cookies.set('pool_session', null, { path: '/', httpOnly: true, sameSite: 'lax' });
  redirect(response, target);
}

async function answerUserInfo(pool: Pool, request: IncomingMessage, response: ServerResponse): Promise<void> {
  allowAnyOrigin(request, response);
  const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(pool.keys.jwks() as never), {
      issuer: pool.issuer,
      algorithms: ['RS256'],
      currentDate: new Date(pool.now()),
    });
    const user = pool.users.find(({ sub }) => sub === payload.sub);
    if (!user || payload['token_use'] !== 'access') throw new Error('Not an access token of a known user');
    sendJson(response, 200, userInfo(user));
  } catch {
    response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
    sendJson(response, 401, { error: 'invalid_token' });
  }
}
