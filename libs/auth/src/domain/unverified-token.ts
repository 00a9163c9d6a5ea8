import { LIMITS } from '@parley/protocol';
import { decomposeUnverifiedJws } from './compact-jws';
import type { Principal, TokenUse } from './principal';
import { tokenRefused } from './token-refused';
import { CLOCK_TOLERANCE_S, type TokenRules } from './token-verifier';

type Claims = Record<string, unknown>;

/** What a token says of itself. Nothing in it is true before its signature was checked. */
export interface UnverifiedToken {
  kid: string;
  claims: Claims;
}

/** Header parameters that point at keys elsewhere or change how the rest is read (RFC 7515 4.1); Cognito sends none. */
const FOREIGN_PARAMETERS = new Set('jku jwk x5u x5c x5t x5t#S256 crit b64 zip enc cty epk'.split(' '));
/** An RSA signature is as long as its modulus, and shorter keys are not in the set. */
const MIN_SIGNATURE_BYTES = 256;
const MAX_ID = 256;
/** The year 9999: whoever writes milliseconds into a claim of seconds means something else than he says. */
const LATEST_S = 253_402_300_799;

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
  if (typeof token !== 'string' || token.length > LIMITS.token) throw tokenRefused('longer than a token may be');
  const { header, claims, signatureBytes } = decomposeUnverifiedJws(token);
  if (signatureBytes < MIN_SIGNATURE_BYTES) throw tokenRefused('the signature is too short');
  const use = claims['token_use'];
  const kid = checkHeader(header, use);

  if (claims['iss'] !== rules.issuer) throw tokenRefused('another issuer');
  if (!uses.includes(use as TokenUse)) throw tokenRefused('token_use is not accepted here');
  const client = use === 'id' ? claims['aud'] : claims['client_id'];
  if (typeof client !== 'string' || !rules.clientIds.includes(client)) throw tokenRefused('another app client');
  checkTypes(claims);
  if (use === 'access' && rules.scopes?.some((scope) => !scopesOf(claims).includes(scope)))
    throw tokenRefused('a scope is missing');
  checkTimes(claims, nowS, rules.clockToleranceS ?? CLOCK_TOLERANCE_S);
  return { kid, claims };
}

function checkHeader(header: Claims, use: unknown): string {
  if (header['alg'] !== 'RS256') throw tokenRefused('alg is not RS256');
  for (const name in header) if (FOREIGN_PARAMETERS.has(name)) throw tokenRefused(`the header has ${name}`);
  const { kid, typ } = header;
  if (typeof kid !== 'string' || kid.length === 0 || kid.length > MAX_ID) throw tokenRefused('no kid');
  if (typ !== undefined && !isTypeOf(typ, use)) throw tokenRefused('typ is of something else');
  return kid;
}

/** `JWT`; for an access token also RFC 9068's own type. Cognito writes no `typ` (RFC 8725 3.11). */
function isTypeOf(typ: unknown, use: unknown): boolean {
  if (typeof typ !== 'string') return false;
  const type = typ.toLowerCase().replace(/^application\//, '');
  return type === 'jwt' || (use === 'access' && type === 'at+jwt');
}

/**
 * Claims that are read must be of their type: an `indexOf` on a text finds `admin` in `not-an-admin`. Each is asked for by
 * its name, since a loop over names looks them up at twice the cost.
 */
function checkTypes(claims: Claims): void {
  const sub = claims['sub'];
  if (typeof sub !== 'string' || sub.trim().length === 0 || sub.length > MAX_ID) throw tokenRefused('no sub');
  const { jti, origin_jti, username, scope } = claims;
  if (!isTextOrNone(jti)) throw tokenRefused('jti is not a text');
  if (!isTextOrNone(origin_jti)) throw tokenRefused('origin_jti is not a text');
  if (!isTextOrNone(username)) throw tokenRefused('username is not a text');
  if (!isTextOrNone(claims['cognito:username'])) throw tokenRefused('cognito:username is not a text');
  if (!isTextOrNone(scope)) throw tokenRefused('scope is not a text');
  const groups = claims['cognito:groups'];
  const listed = groups === undefined || (Array.isArray(groups) && groups.every((group) => typeof group === 'string'));
  if (!listed) throw tokenRefused('cognito:groups is not a list of texts');
  if (claims['auth_time'] !== undefined && !isTime(claims['auth_time'])) throw tokenRefused('auth_time is not a time');
}

function checkTimes(claims: Claims, nowS: number, toleranceS: number): void {
  const { exp, iat, nbf } = claims;
  if (!isTime(exp)) throw tokenRefused('exp is not a time');
  if (!isTime(iat)) throw tokenRefused('iat is not a time');
  if (nbf !== undefined && !isTime(nbf)) throw tokenRefused('nbf is not a time');
  if (exp + toleranceS <= nowS) throw tokenRefused('expired');
  if (iat - toleranceS > nowS) throw tokenRefused('issued in the future');
  if (nbf !== undefined && nbf - toleranceS > nowS) throw tokenRefused('not valid yet');
}

const isTextOrNone = (value: unknown) => value === undefined || typeof value === 'string';

const isTime = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= LATEST_S;

const NONE: readonly string[] = Object.freeze([]);
let lastScopes: { text: string; scopes: readonly string[] } | undefined;

/** All tokens of a client have the same scopes: they are read once in a row, and nobody changes them for another. */
function scopesOf({ scope }: Claims): readonly string[] {
  if (typeof scope !== 'string') return NONE;
  if (lastScopes?.text !== scope)
    lastScopes = { text: scope, scopes: Object.freeze(scope.split(' ').filter((one) => one !== '')) };
  return lastScopes.scopes;
}

/** The principal of claims whose signature and form were checked. */
export function principalOf(claims: Claims): Principal {
  const isId = claims['token_use'] === 'id';
  const { origin_jti: sessionId, auth_time, iat, exp } = claims;
  const principal: Principal = {
    kind: 'user',
    id: claims['sub'] as string,
    groups: (claims['cognito:groups'] as string[] | undefined) ?? NONE,
    signedInAt: ((auth_time ?? iat) as number) * 1_000,
    clientId: (isId ? claims['aud'] : claims['client_id']) as string,
    expiresAt: (exp as number) * 1_000,
  };
  const username = isId ? claims['cognito:username'] : claims['username'];
  // Mostly the same text, which who is remembered and each of his sockets would else hold twice.
  if (typeof username === 'string') principal.username = username === principal.id ? principal.id : username;
  if (typeof sessionId === 'string') principal.sessionId = sessionId;
  if (!isId) principal.scopes = scopesOf(claims);
  const displayName = isId ? displayNameOf(claims) : undefined;
  if (displayName !== undefined) principal.displayName = displayName;
  return principal;
}

/** An ID token's name, if it has a human one; an e-mail address is nobody else's business. */
function displayNameOf({ name, nickname, given_name }: Claims): string | undefined {
  const told = [name, nickname, given_name].find((value) => typeof value === 'string' && value.trim() !== '');
  return told === undefined ? undefined : (told as string).trim().slice(0, 80);
}
