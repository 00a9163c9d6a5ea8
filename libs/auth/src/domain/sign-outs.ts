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

/** Tells the other processes at once. It may lose what it carries: each process also polls the log. */
export interface SignOutFanOut {
  publish(signOut: SignOut): Promise<void>;
  /** @returns ends the subscription */
  subscribe(listener: (signOut: SignOut) => void): () => void;
}

/** No access token lives longer (Cognito: 24 h), plus an hour for clocks. */
const SESSION_KEEP_MS = 25 * 3_600_000;
/** As long as a refresh token lives by default: until then another session could come back. */
const PRINCIPAL_KEEP_MS = 30 * 86_400_000;

/** How long a sign-out matters. */
export const keepMsOf = ({ kind }: Pick<SignOut, 'kind'>): number =>
  kind === 'session' ? SESSION_KEEP_MS : PRINCIPAL_KEEP_MS;
