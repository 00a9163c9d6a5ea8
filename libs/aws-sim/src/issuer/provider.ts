import { randomUUID } from 'node:crypto';
import { Provider, type ClientMetadata, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import { accessClaims, ID_CLAIM_NAMES, idClaims, type SignInFacts } from './claims';
import { ALLOWED_SCOPES, type IssuerClient } from './clients';
import type { DemoUser } from './demo-users';
import type { SigningKeys } from './signing-keys';
import { TokenStore, type TokenStoreOptions } from './token-store';

/** Cognito's defaults: tokens live an hour, refresh tokens 30 days, a code five minutes, the browser's session an hour. */
export const TOKEN_LIFETIME_S = 3_600;
const REFRESH_LIFETIME_S = 30 * 86_400;

/** JWT access tokens exist in oidc-provider only for a resource; ours stands for the pool and never leaves the process. */
const API = 'urn:parley:simulated-pool';

const SCOPE = ALLOWED_SCOPES.join(' ');

export interface ProviderOptions {
  issuer: string;
  clients: readonly IssuerClient[];
  redirectUris: readonly string[];
  users: readonly DemoUser[];
  keys: SigningKeys;
  cookieSecret: string;
  store: TokenStoreOptions;
  renderError: (status: number, error: string, description: string | undefined) => string;
}

/** The OpenID provider with Cognito's claims and habits. Its keys are fixed when it is made: rotation makes a new one. */
export function makeProvider(options: ProviderOptions): Provider {
  const { issuer, users, keys } = options;
  const findUser = (sub: string | undefined) => users.find((user) => user.sub === sub);

  const configuration: Configuration = {
    adapter: (model: string) => new TokenStore(model, options.store),
    clients: options.clients.map((client) => clientMetadata(client, options.redirectUris)),
    // The first key that fits signs ID tokens; access tokens name theirs below.
    jwks: {
      keys: [keys.current('id'), ...keys.all().filter((key) => key !== keys.current('id'))].map(({ kid, jwk }) => ({
        ...jwk,
        kid,
        alg: 'RS256',
        use: 'sig',
      })) as never,
    },
    cookies: {
      keys: [options.cookieSecret],
      // Cookies of `localhost` are shared by all its ports: names of our own.
      names: { session: 'pool_session', interaction: 'pool_sign_in', resume: 'pool_resume' },
      long: { signed: true, httpOnly: true, sameSite: 'lax' },
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    scopes: [...ALLOWED_SCOPES],
    claims: { openid: [...ID_CLAIM_NAMES] },
    conformIdTokenClaims: false,
    routes: {
      authorization: '/oauth2/authorize',
      token: '/oauth2/token',
      revocation: '/oauth2/revoke',
    },
    interactions: { url: (_ctx, interaction) => `/login?interaction=${interaction.jti}` },
    pkce: { required: () => true },
    clientBasedCORS: () => true,
    ttl: {
      AccessToken: TOKEN_LIFETIME_S,
      IdToken: TOKEN_LIFETIME_S,
      AuthorizationCode: 300,
      Interaction: 3_600,
      Session: 3_600,
      Grant: REFRESH_LIFETIME_S,
      // A rotated token gets what its predecessor had left, never a new month.
      RefreshToken: (ctx) => ctx?.oidc?.entities['RotatedRefreshToken']?.remainingTTL ?? REFRESH_LIFETIME_S,
    },
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    // The refresh token outlives the browser's session at the sign-in page, as Cognito's does.
    expiresWithSession: async () => false,
    loadExistingGrant: grantForSignIn,
    findAccount: async (_ctx, sub, source) => {
      const user = findUser(sub);
      if (!user) return undefined;
      return { accountId: sub, claims: async () => ({ ...idClaims(user, signInFacts(source)), sub }) };
    },
    extraTokenClaims: async (ctx, token) => {
      const user = findUser('accountId' in token ? token.accountId : undefined);
      return (
        user && accessClaims(user, signInFacts(ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RefreshToken))
      );
    },
    formats: {
      customizers: {
        jwt: async (_ctx, _token, jwt) => {
          // oidc-provider refuses a token without an audience, and Cognito's has none: it is there, and not serialised.
          Object.defineProperty(jwt.payload, 'aud', { enumerable: false });
          jwt.payload['jti'] = randomUUID();
          jwt.header = { typ: undefined };
        },
      },
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: SCOPE,
          audience: API,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256', kid: keys.current('access').kid } },
        }),
      },
    },
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.body = options.renderError(ctx.status, out.error, out.error_description);
    },
  };
  const provider = new Provider(issuer, configuration);
  // RFC 9207's `iss` beside the code: Cognito does not send it.
  provider.on('authorization.success', (_ctx: unknown, answer?: Record<string, unknown>) => delete answer?.['iss']);
  return provider;
}

const clientMetadata = ({ clientId, secret }: IssuerClient, redirectUris: readonly string[]): ClientMetadata => ({
  client_id: clientId,
  ...(secret === undefined
    ? { token_endpoint_auth_method: 'none' }
    : { token_endpoint_auth_method: 'client_secret_basic', client_secret: secret }),
  redirect_uris: [...redirectUris],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
});

/** A grant for each sign-in, without a consent page: revoking one family of tokens leaves the other sign-ins alone. */
async function grantForSignIn(ctx: KoaContextWithOIDC) {
  const { client, session, provider } = ctx.oidc;
  const grant = new provider.Grant({ accountId: session?.accountId, clientId: client?.clientId });
  grant.addOIDCScope(SCOPE);
  grant.addResourceScope(API, SCOPE);
  await grant.save();
  return grant;
}

function signInFacts(source: { grantId?: string | undefined; authTime?: number | undefined } | undefined): SignInFacts {
  return { grantId: source?.grantId ?? '', authTime: source?.authTime ?? 0 };
}
