import { ParleyError } from '@parley/errors';
import { Strategy } from 'passport-jwt';
import type { Principal, TokenUse } from '../domain/principal';
import { CLOCK_TOLERANCE_S, type TokenRules, type TokenVerifier } from '../domain/token-verifier';
import { TokenRefused } from '../domain/token-refused';
import { principalOf, readUnverifiedToken } from '../domain/unverified-token';
import type { KeySet } from './key-set';

/** The minimal request our one strategy is driven with, by the HTTP guard and the socket edge alike. */
interface TokenRequest {
  token: string;
  kid: string;
}

type Claims = Record<string, unknown>;

const ACCESS: readonly TokenUse[] = ['access'];

/**
 * Verifies with passport-jwt over keys read by jwks-rsa. passport-jwt reports a key service that is down as a failed
 * sign-in; here the key provider's own error comes back as it was thrown.
 */
export class PassportTokenVerifier implements TokenVerifier {
  private readonly strategy: Attempt;
  private readonly now: () => number;

  constructor(
    private readonly rules: TokenRules,
    keys: KeySet,
    options: { now?: () => number } = {},
  ) {
    this.now = options.now ?? Date.now;
    this.strategy = new Attempt(
      {
        jwtFromRequest: (request: unknown) => (request as TokenRequest).token,
        secretOrKeyProvider: (request: unknown, _token: string, done: (error: unknown, key?: never) => void) => {
          const { kid } = request as TokenRequest;
          const known = keys.trusted(kid);
          if (known) done(null, known as never);
          else keys.get(kid).then((key) => done(null, key as never), done);
        },
        issuer: rules.issuer,
        algorithms: ['RS256'],
        jsonWebTokenOptions: { clockTolerance: rules.clockToleranceS ?? CLOCK_TOLERANCE_S },
      },
      (claims: Claims, done: (error: null, claims: Claims) => void) => done(null, claims),
    );
  }

  verify(token: string, uses: readonly TokenUse[] = ACCESS): Promise<Principal> | Principal {
    try {
      const { kid } = readUnverifiedToken(token, this.rules, uses, this.now() / 1_000);
      const claims = this.authenticate({ token, kid });
      return claims instanceof Promise ? claims.then(principalOf).catch(refuse) : principalOf(claims);
    } catch (error) {
      return Promise.reject(asRefusal(error));
    }
  }

  /** As passport itself does it: an instance of its own per request, so that the outcomes do not mix. */
  private authenticate(request: TokenRequest): Promise<Claims> | Claims {
    const attempt = Object.create(this.strategy) as Attempt;
    attempt.authenticate(request as never);
    return attempt.isOver ? attempt.claims() : attempt.over().then(() => attempt.claims());
  }
}

/**
 * One drive of passport-jwt, which tells its outcome by calls. With a key that is known they come before `authenticate`
 * returns: a promise and the turns it takes would cost more than all of passport-jwt.
 */
class Attempt extends Strategy {
  isOver = false;
  private verified: Claims | undefined;
  private refusal: unknown;
  private told: (() => void) | undefined;

  override success(claims: unknown): void {
    this.verified = claims as Claims;
    this.end();
  }

  override fail(reason: unknown): void {
    this.refusal = reason;
    this.end();
  }

  override error(reason: unknown): void {
    this.fail(reason);
  }

  over(): Promise<void> {
    return new Promise((resolve) => (this.told = resolve));
  }

  /** What the signed token claims. @throws whatever it failed with */
  claims(): Claims {
    if (this.verified === undefined) throw this.refusal;
    return this.verified;
  }

  private end(): void {
    this.isOver = true;
    this.told?.();
  }
}

function refuse(error: unknown): never {
  throw asRefusal(error);
}

/** One for each reason, as the reason itself is. */
const refusals = new WeakMap<Error, ParleyError>();

function asRefusal(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  const cause = error instanceof Error ? error : new TokenRefused('no reason given');
  const refusal = refusals.get(cause) ?? new ParleyError('invalid_token', { cause });
  if (cause instanceof TokenRefused) refusals.set(cause, refusal);
  return refusal;
}
