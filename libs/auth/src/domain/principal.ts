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
  /** App client that the token was issued to; a refreshed token must be of the same. */
  clientId: string;
  /** Epoch milliseconds at which the credential ends. */
  expiresAt: number;
}

/** What a token may be used for here; access tokens are the rule, ID tokens only where a route says so. */
export type TokenUse = 'access' | 'id';
