export interface TokenWish {
  /** The token should live at least this long. A token that cannot is given all the same once a renewal was tried. */
  minValidityMs?: number;
  /** A token that a server refused: the answer will be another one. */
  refused?: string;
}

/** What the rest of the library needs from a sign-in: TokenSource, or anything else that gets access tokens. */
export interface TokenProvider {
  /** A valid access token. Rejects with ClientError: `denied` when signed out, `unavailable` when none can be had now. */
  token(wish?: TokenWish): Promise<string>;
}
