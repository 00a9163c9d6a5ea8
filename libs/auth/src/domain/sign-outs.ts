/** Who was signed out, and when. */
export interface SignOut {
  /** One sign-in, or all that a principal began before `at`. */
  kind: 'session' | 'principal';
  /** The session's or the principal's id. */
  id: string;
  /** Epoch milliseconds. */
  at: number;
}

/** Sign-outs as lasting facts. */
export interface SignOutLog {
  /** @throws ParleyError `store_unavailable` */
  add(signOut: SignOut): Promise<void>;
  /** All since a time that still matter. @throws ParleyError `store_unavailable` */
  since(at: number): Promise<SignOut[]>;
}

/**
 * Tells the other processes to look at the log now. It carries no fact and may be lost: each process also polls the log.
 * Over a bus that several processes share it is the caller's to provide.
 */
export interface SignOutHint {
  /** Never throws, and keeps nobody waiting. */
  give(): void;
  /** @returns ends the subscription */
  take(look: () => void): () => void;
}

/** No access token lives longer (Cognito: 24 h), plus an hour for clocks. */
const SESSION_KEEP_MS = 25 * 3_600_000;
/** As long as a refresh token lives by default: until then another session could come back. */
const PRINCIPAL_KEEP_MS = 30 * 86_400_000;

/** How long a sign-out matters. */
export const keepMsOf = ({ kind }: Pick<SignOut, 'kind'>): number =>
  kind === 'session' ? SESSION_KEEP_MS : PRINCIPAL_KEEP_MS;
