import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../loopback';
import { LOGIN_CLIENT, SPA_CLIENT, type IssuerClient } from './clients';
import { controlRoutes } from './control-routes';
import { DEMO_USERS, type DemoUser } from './demo-users';
import { BodyTooLarge, sendJson, type Handler } from './http';
import { mintToken, type MintOptions } from './mint';
import { notePage } from './pages';
import { poolRoutes, sendPage } from './pool-routes';
import { makeProvider, TOKEN_LIFETIME_S } from './provider';
import { SigningKeys } from './signing-keys';
import { StateFile } from './state-file';

export interface IssuerOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default: both loopback addresses. */
  host?: string;
  /** What browsers and services call it; default `http://localhost:<port>`. */
  publicUrl?: string;
  /** Default `us-east-1_Parley`; the last part of the issuer. */
  poolId?: string;
  /** Default: one public and one confidential client. The first without a secret is what `mint` uses. */
  clients?: readonly IssuerClient[];
  /** Exactly these may receive a code. */
  redirectUris: readonly string[];
  /** Where `/logout` may lead; default: the redirect URIs, and their origins with and without a slash. */
  logoutUris?: readonly string[];
  users?: readonly DemoUser[];
  /** Epoch milliseconds; keys, grace and `mint` go by it. */
  now?: () => number;
  /** Keys, sessions and refresh tokens are kept in it between runs. */
  dataFile?: string;
  /** How long a used refresh token still gets a valid answer; default 60 s, the most that Cognito allows. */
  refreshGraceMs?: number;
}

export interface Issuer {
  issuer: string;
  /** Where `/oauth2/authorize` and its neighbours are. */
  domain: string;
  jwksUri: string;
  spaClientId: string;
  loginClientId: string | undefined;
  loginClientSecret: string | undefined;
  users: readonly DemoUser[];
  /** @throws Error for a user that the pool does not have */
  mint(user: string | DemoUser, options?: MintOptions): Promise<string>;
  /** New keys for new tokens. The old ones stay published for an hour, or not at all with `withdraw`. */
  rotateKeys(options?: { withdraw?: boolean | undefined }): Promise<void>;
  close(): Promise<void>;
}

/** A stand-in for a Cognito user pool and its domain: OpenID Connect with Cognito's paths, claims and habits. */
export async function startIssuer(options: IssuerOptions): Promise<Issuer> {
  const { users = DEMO_USERS, clients = [SPA_CLIENT, LOGIN_CLIENT], now = Date.now } = options;
  const file = new StateFile(options.dataFile);
  const keys = new SigningKeys(file.state.keys, { keepMs: TOKEN_LIFETIME_S * 1000, now });
  await keys.fill();
  const saveKeys = () => {
    file.state.keys = keys.all();
    file.changed();
  };
  saveKeys();

  let handle: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) =>
    sendJson(response, 503, { message: 'Starting' });
  const listener = (request: IncomingMessage, response: ServerResponse) => handle(request, response);
  const server = await listenOnLoopback(() => createServer(listener), { port: options.port ?? 0, host: options.host });

  const domain = options.publicUrl ?? `http://localhost:${server.port}`;
  const issuer = `${domain}/${options.poolId ?? 'us-east-1_Parley'}`;
  const newProvider = () =>
    makeProvider({
      issuer,
      clients,
      redirectUris: options.redirectUris,
      users,
      keys,
      cookieSecret: file.state.cookieSecret,
      store: {
        records: file.state.records,
        refreshGraceMs: options.refreshGraceMs ?? 60_000,
        now,
        changed: () => file.changed(),
      },
      renderError: (_status, error, description) =>
        notePage('This sign-in cannot begin', description ?? error, randomBytes(16).toString('base64url')),
    });
  let provider = newProvider();
  let outUntilMs = -Infinity;

  const rotateKeys: Issuer['rotateKeys'] = async ({ withdraw = false } = {}) => {
    await keys.rotate();
    if (withdraw) keys.withdraw();
    provider = newProvider();
    saveKeys();
  };
  const spaClientId = clients.find(({ secret }) => secret === undefined)?.clientId ?? clients[0]?.clientId ?? '';
  const loginClient = clients.find(({ secret }) => secret !== undefined);
  const mint: Issuer['mint'] = async (who, mintOptions = {}) => {
    const user = typeof who === 'string' ? users.find(({ login }) => login === who) : who;
    if (!user) throw new Error(`There is no demo user "${String(who)}"`);
    return mintToken(user, { ...mintOptions, clientId: mintOptions.clientId ?? spaClientId, issuer, keys, now });
  };

  handle = router({
    ...poolRoutes({
      issuer,
      domain,
      clients,
      logoutUris: options.logoutUris ?? options.redirectUris.flatMap(waysOut),
      users,
      keys,
      now,
      provider: () => provider,
      isOut: () => now() < outUntilMs,
    }),
    ...controlRoutes({
      mint,
      isUser: (login) => users.some((user) => user.login === login),
      rotateKeys,
      startOutage: (ms) => void (outUntilMs = ms === 0 ? -Infinity : now() + ms),
    }),
  });

  return {
    issuer,
    domain,
    jwksUri: `${issuer}/.well-known/jwks.json`,
    spaClientId,
    loginClientId: loginClient?.clientId,
    loginClientSecret: loginClient?.secret,
    users,
    mint,
    rotateKeys,
    close: async () => {
      await server.close();
      file.flush();
    },
  };
}

function waysOut(redirectUri: string): string[] {
  const { origin } = new URL(redirectUri);
  return [redirectUri, origin, `${origin}/`];
}

/** Routes are `METHOD /path`; a path that ends with `/*` takes everything below. */
function router(routes: Record<string, Handler>) {
  const find = (method: string, path: string) =>
    routes[`${method} ${path}`] ?? routes[`${method} ${path.slice(0, path.lastIndexOf('/'))}/*`];
  return (request: IncomingMessage, response: ServerResponse): void => {
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    const target = request.url ?? '/';
    const url = URL.parse(target.startsWith('/') ? `http://pool.invalid${target}` : 'invalid');
    const route = url ? find(method, url.pathname) : undefined;
    if (!url || !route)
      return sendPage(response, 404, (nonce) => notePage('There is nothing here', 'No endpoint of the pool.', nonce));
    Promise.resolve(route(request, response, url)).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      sendJson(response, error instanceof BodyTooLarge ? 413 : 500, { message: 'The request could not be answered' });
    });
  };
}
