import { ParleyError, type ErrorCode } from '@parley/errors';
import passport from 'passport';
import type { Principal } from '../domain/principal';
import { registerJwtStrategy } from './jwt-strategy';

const principal: Principal = { kind: 'user', id: 'u', groups: [], clientId: 'c', expiresAt: 1 };
let asked = 0;
let refusal: ErrorCode | undefined;
beforeAll(() =>
  registerJwtStrategy({
    async authenticateRequest() {
      asked += 1;
      if (refusal) throw new ParleyError(refusal);
      return { principal };
    },
  }),
);
beforeEach(() => {
  asked = 0;
  refusal = undefined;
});

/** As `AuthGuard('jwt')` of @nestjs/passport asks: by name, with a callback, without a session. */
const authenticate = (request: object) =>
  new Promise<unknown[]>((resolve) => {
    const done = (...outcome: unknown[]) => resolve(outcome);
    (passport.authenticate('jwt', { session: false }, done) as (...args: unknown[]) => void)(request, {}, done);
  });

it('answers AuthGuard("jwt") with the principal', async () => {
  const [error, user] = await authenticate({ headers: {} });
  expect([error, user]).toEqual([null, principal]);
});

it('asks nobody again where the global guard has been', async () => {
  const [, user] = await authenticate({ headers: {}, principal });
  expect([user, asked]).toEqual([principal, 0]);
});

it('fails for a refused token, and only for that', async () => {
  refusal = 'invalid_token';
  const [error, user, info] = await authenticate({ headers: {} });
  expect([error, user, info]).toEqual([null, false, 'invalid_token']);
});

it.each(['signing_keys_unavailable', 'too_many_requests'] as const)('hands on %s as an error: nobody is refused by an outage', async (code) => {
  refusal = code;
  const [error] = await authenticate({ headers: {} });
  expect(error).toMatchObject({ code });
}); // prettier-ignore
