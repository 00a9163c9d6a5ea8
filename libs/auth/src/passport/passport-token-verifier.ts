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

/**
 * Verifies with passport-jwt over keys read by jwks-rsa. passport-jwt reports a key service that is down as a failed
 * sign-in; here the key provider's own error comes back as it was thrown.
 */
export class PassportTokenVerifier implements TokenVerifier {
  private readonly strategy: Strategy;
  private readonly now: () => number;

  constructor(
    private readonly rules: TokenRules,
    keys: KeySet,
    options: { now?: () => number } = {},
  ) {
    this.now = options.now ?? Date.now;
    this.strategy = new Strategy(
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

  async verify(token: string, uses: readonly TokenUse[] = ['access']): Promise<Principal> {
    try {
      const { kid } = readUnverifiedToken(token, this.rules, uses, this.now() / 1_000);
      return principalOf(await this.authenticate({ token, kid }));
    } catch (error) {
      if (error instanceof ParleyError) throw error;
      throw new ParleyError('invalid_token', {
        cause: error instanceof Error ? error : new TokenRefused('no reason given'),
      });
    }
  }

  private authenticate(request: TokenRequest): Promise<Claims> {
    return new Promise((resolve, reject) => {
      // As passport itself does it: an instance of its own per request, so that the outcomes do not mix.
      const run = Object.create(this.strategy) as Strategy;
      run.success = (claims: unknown) => resolve(claims as Claims);
      run.fail = (reason: unknown) => reject(reason);
      run.error = reject;
      run.authenticate(request as never);
    });
  }
}
