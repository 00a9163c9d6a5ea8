import { createHash, randomUUID } from 'node:crypto';
import type { DemoUser } from './demo-users';

/** What a token says of the sign-in that it comes from, beside the user. */
export interface SignInFacts {
  /** The sign-in's identity: tokens of one sign-in, refreshed ones included, share `origin_jti` and `event_id`. */
  grantId: string;
  /** Epoch seconds. */
  authTime: number;
}

const groupsOf = ({ groups }: DemoUser) => (groups.length === 0 ? {} : { 'cognito:groups': [...groups] });

const shared = (user: DemoUser, { grantId, authTime }: SignInFacts) => ({
  ...groupsOf(user),
  origin_jti: stableUuid(`origin:${grantId}`),
  event_id: stableUuid(`event:${grantId}`),
  auth_time: authTime,
  jti: randomUUID(),
});

/**
 * The claims of an access token beside `sub`, `iss`, `client_id`, `scope`, `iat` and `exp`. There is no `aud` and no
 * e-mail, and `cognito:groups` is absent for a user without groups (Cognito developer guide, "using the access token").
 */
export const accessClaims = (user: DemoUser, facts: SignInFacts) => ({
  ...shared(user, facts),
  token_use: 'access',
  version: 2,
  username: user.username,
});

/** The claims of an ID token beside `iss`, `aud`, `nonce`, `iat` and `exp` (the same guide, "using the ID token"). */
export const idClaims = (user: DemoUser, facts: SignInFacts) => ({
  ...shared(user, facts),
  sub: user.sub,
  token_use: 'id',
  'cognito:username': user.username,
  email: user.email,
  email_verified: true,
  name: user.name,
});

/** The names of `idClaims`: oidc-provider lets through only what it was told of. */
export const ID_CLAIM_NAMES = [
  'sub',
  'cognito:groups',
  'origin_jti',
  'event_id',
  'auth_time',
  'jti',
  'token_use',
  'cognito:username',
  'email',
  'email_verified',
  'name',
] as const;

/** The answer of `/oauth2/userInfo`, where Cognito writes booleans as strings. */
export const userInfo = (user: DemoUser) => ({
  sub: user.sub,
  email_verified: 'true',
  email: user.email,
  name: user.name,
  username: user.username,
});

function stableUuid(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
