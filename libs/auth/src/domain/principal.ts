/** Who is speaking. One type for users and guests, so that services need no second path. */
export interface Principal {
  kind: 'user' | 'guest';
  /** Stable for ever: Cognito's `sub`, or the guest session's id. Never shown to other people. */
  id: string;
  /** The pool's user name. In real pools a UUID or `Google_…`: not a display name. */
  username?: string;
  /** Display name that an ID token tells; access tokens never do. */
  displayName?: string;
  /** `cognito:groups` of the token that is valid now. */
  groups: readonly string[];
  /** `scope` of the access token that is valid now; ID tokens and guests have none. */
  scopes?: readonly string[];
  /** The sign-in that the credential comes from (Cognito's `origin_jti`, a guest session's id): what a sign-out ends. */
  sessionId?: string;
  /** Epoch milliseconds of that sign-in; a sign-out everywhere ends all that are older. */
  signedInAt?: number;
  /** App client that the token was issued to; a refreshed token must be of the same. */
  clientId: string;
  /** Epoch milliseconds at which the credential ends. */
  expiresAt: number;
}

/** What a token may be used for here; access tokens are the rule, ID tokens only where a route says so. */
export type TokenUse = 'access' | 'id';
