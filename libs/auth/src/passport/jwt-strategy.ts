import type { IncomingMessage } from 'node:http';
import { asParleyError } from '@parley/errors';
import passport from 'passport';
import type { Principal } from '../domain/principal';

/** As much of the authenticator as the strategy drives. */
export interface RequestAuthenticator {
  authenticateRequest(request: IncomingMessage): Promise<{ principal: Principal }>;
}

/**
 * The strategy that `AuthGuard('jwt')` of @nestjs/passport and `passport.authenticate('jwt')` ask for, over the same
 * decision as everything else: `request.user` is the principal.
 */
class JwtStrategy extends passport.Strategy {
  constructor(private readonly authenticator: RequestAuthenticator) {
    super();
  }

  override authenticate(request: unknown): void {
    const known = (request as { principal?: Principal }).principal;
    // The global guard has been here before, except on public routes.
    if (known) return this.success(known);
    this.authenticator.authenticateRequest(request as IncomingMessage).then(
      ({ principal }) => this.success(principal),
      (thrown: unknown) => {
        const error = asParleyError(thrown);
        // An outage must not pass for a refused sign-in.
        if (error.status === 401) this.fail(error.code, 401);
        else this.error(error);
      },
    );
  }
}

/** Makes the strategy known to passport under the name `jwt`. The last application of a process that does so wins. */
export function registerJwtStrategy(authenticator: RequestAuthenticator): void {
  passport.use('jwt', new JwtStrategy(authenticator));
}
