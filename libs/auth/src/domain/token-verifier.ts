import type { Principal, TokenUse } from './principal';

/** The one engine behind every guard: tells whose token this is. */
export interface TokenVerifier {
  /**
   * Verifies a compact JWT of the user pool.
   *
   * @param uses which `token_use` is accepted; access tokens when left out
   * @throws ParleyError `invalid_token` for anything wrong with the token (its `cause` says what, for the log only),
   *   `signing_keys_unavailable` when the keys to check it with cannot be had: that says nothing about the token.
   * @returns the principal itself where that is known already: a busy client does not pay for a promise each time
   */
  verify(token: string, uses?: readonly TokenUse[]): Promise<Principal> | Principal;
}

/** Whose tokens are accepted. Nothing has a default: a wrong issuer must not start. */
export interface TokenRules {
  /** The pool's issuer, exactly as in `iss`, in either of Cognito's formats. */
  issuer: string;
  /** App clients whose tokens are accepted; at least one. */
  clientIds: readonly string[];
  /** Scopes that every access token must carry, all of them; none when left out. ID tokens have no scopes. */
  scopes?: readonly string[];
  /** Tolerance for `exp`, `nbf` and `iat`, in seconds. */
  clockToleranceS?: number;
}

export const CLOCK_TOLERANCE_S = 5;
