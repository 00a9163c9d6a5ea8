import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT, type JWK } from 'jose';
import { accessClaims, idClaims } from './claims';
import { ALLOWED_SCOPES } from './clients';
import type { DemoUser } from './demo-users';
import { TOKEN_LIFETIME_S } from './provider';
import type { SigningKeys, TokenUse } from './signing-keys';

export interface MintOptions {
  use?: TokenUse | undefined;
  /** From now; default an hour, negative for a token that has expired. */
  expiresInMs?: number | undefined;
  /** Default: the public client. */
  clientId?: string | undefined;
  /** Put over the ordinary claims; `undefined` takes one away. */
  claims?: Record<string, unknown> | undefined;
}

/** A token as the token endpoint would issue it, without a sign-in: for tests and for trying by hand. */
export async function mintToken(
  user: DemoUser,
  options: MintOptions & { issuer: string; clientId: string; keys: SigningKeys; now: () => number },
): Promise<string> {
  const { use = 'access', expiresInMs = TOKEN_LIFETIME_S * 1000, keys } = options;
  const nowMs = options.now();
  const iat = Math.floor(nowMs / 1000);
  const facts = { grantId: randomUUID(), authTime: iat };
  const payload = {
    ...(use === 'access'
      ? {
          sub: user.sub,
          ...accessClaims(user, facts),
          client_id: options.clientId,
          scope: ALLOWED_SCOPES.slice(0, 3).join(' '),
        }
      : { ...idClaims(user, facts), aud: options.clientId }),
    iss: options.issuer,
    iat,
    exp: Math.floor((nowMs + expiresInMs) / 1000),
    ...options.claims,
  };
  const { kid, jwk } = keys.current(use);
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid }).sign(await importJWK(jwk as JWK, 'RS256'));
}
