import { LIMITS } from '@parley/protocol';
import type { Principal, TokenUse } from './principal';
import { CLOCK_TOLERANCE_S, type TokenRules } from './token-verifier';

/** What a token says of itself. Nothing in it is true before its signature was checked. */
export interface UnverifiedToken {
  kid: string;
  claims: Record<string, unknown>;
}

/** Why a token is refused. Goes to the log; the outside never learns which check failed. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;
/** Header parameters that point at keys elsewhere or change how the rest is read (RFC 7515 4.1); Cognito sends none. */
const FOREIGN_PARAMETERS = ['jku', 'jwk', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'crit', 'b64', 'zip', 'enc'];

/**
 * Takes a token apart and checks everything that needs no key, so that a flood of nonsense never reaches the key service.
 *
 * @param nowS epoch seconds
 * @throws TokenRefused
 */
export function readUnverifiedToken(
  token: string,
  rules: TokenRules,
  uses: readonly TokenUse[],
  nowS: number,
): UnverifiedToken {
  if (token.length > LIMITS.token) throw new TokenRefused('longer than a token may be');
  const parts = token.split('.');
  if (parts.length !== 3 || !parts.every((part) => BASE64URL.test(part))) throw new TokenRefused('not a compact JWS');
  const header = parseObject(parts[0]!, 'header');
  const claims = parseObject(parts[1]!, 'claims');

  if (header['alg'] !== 'RS256') throw new TokenRefused('alg is not RS256');
  const foreign = FOREIGN_PARAMETERS.find((name) => name in header);
  if (foreign !== undefined) throw new TokenRefused(`the header has ${foreign}`);
  const kid = header['kid'];
  if (typeof kid !== 'string' || kid.length === 0 || kid.length > 256) throw new TokenRefused('no kid');

  if (claims['iss'] !== rules.issuer) throw new TokenRefused('another issuer');
  const use = claims['token_use'];
  if (!uses.includes(use as TokenUse)) throw new TokenRefused('token_use is not accepted here');
  const client = use === 'id' ? claims['aud'] : claims['client_id'];
  if (typeof client !== 'string' || !rules.clientIds.includes(client)) throw new TokenRefused('another app client');
  if (typeof claims['sub'] !== 'string' || claims['sub'].length === 0) throw new TokenRefused('no sub');
  checkTimes(claims, nowS, rules.clockToleranceS ?? CLOCK_TOLERANCE_S);
  return { kid, claims };
}

function checkTimes(claims: Record<string, unknown>, nowS: number, toleranceS: number): void {
  const { exp, iat, nbf } = claims;
  if (!isTime(exp)) throw new TokenRefused('exp is not a number');
  if (!isTime(iat)) throw new TokenRefused('iat is not a number');
  if (nbf !== undefined && !isTime(nbf)) throw new TokenRefused('nbf is not a number');
  if (exp + toleranceS <= nowS) throw new TokenRefused('expired');
  if (iat - toleranceS > nowS) throw new TokenRefused('issued in the future');
  if (nbf !== undefined && nbf - toleranceS > nowS) throw new TokenRefused('not valid yet');
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function parseObject(part: string, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    throw new TokenRefused(`the ${what} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TokenRefused(`the ${what} is not an object`);
  }
  return value as Record<string, unknown>;
}

/** The principal of claims whose signature and form were checked. */
export function principalOf(claims: Record<string, unknown>): Principal {
  const username = claims['token_use'] === 'id' ? claims['cognito:username'] : claims['username'];
  const groups = claims['cognito:groups'];
  return {
    kind: 'user',
    id: claims['sub'] as string,
    ...(typeof username === 'string' ? { username } : {}),
    ...displayNameOf(claims),
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
    clientId: (claims['token_use'] === 'id' ? claims['aud'] : claims['client_id']) as string,
    expiresAt: (claims['exp'] as number) * 1_000,
  };
}

/** An ID token's name, if it has a human one; an e-mail address is nobody else's business. */
function displayNameOf({ token_use, name, nickname, given_name }: Record<string, unknown>): { displayName?: string } {
  if (token_use !== 'id') return {};
  const told = [name, nickname, given_name].find((value) => typeof value === 'string' && value.trim() !== '');
  return told === undefined ? {} : { displayName: (told as string).trim().slice(0, 80) };
}
