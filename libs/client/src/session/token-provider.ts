export interface TokenWish {
  /** The token should live at least this long. A token that cannot is given all the same once a renewal was tried. */
  minValidityMs?: number;
  /** A token that a server refused: the answer will be another one. */
  refused?: string;
}

/** What the rest of the library needs from a sign-in: TokenSource, GuestSource, or anything else that gets access tokens. */
export interface TokenProvider {
  /** What `token()` gives: a user's access token (the default), or a guest's session. */
  readonly credential?: 'user' | 'guest';
  /**
   * A valid access token, or a guest's session; empty where the guest is known by a cookie, which the browser sends by
   * itself. Rejects with ClientError: `denied` when signed out, `unavailable` when none can be had now.
   */
  token(wish?: TokenWish): Promise<string>;
}

/** The `Authorization` header of a request; none where a cookie says who is there. */
export const authorizationOf = ({ credential }: TokenProvider, token: string): Record<string, string> =>
  token === '' ? {} : { authorization: `${credential === 'guest' ? 'Guest' : 'Bearer'} ${token}` };

/** What a living socket is told of a renewed credential. */
export const refreshOf = ({ credential }: TokenProvider, token: string): { token: string } | { session: string } =>
  credential === 'guest' ? { session: token } : { token };
