import type { ErrorFacts, ErrorKind } from '@parley/protocol';

/**
 * An error as a front end sees it, whatever wire it came over: a stable `code` to branch on, the `kind` that says who has
 * to act, and a `message` for people. `network` (nobody answered) and `offline` are the client's own codes,
 * of kind `unavailable`.
 */
export class ClientError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly retryAfterMs?: number;
  readonly status?: number;

  constructor(facts: ErrorFacts & { status?: number }, options?: { cause?: unknown }) {
    super(facts.message, options);
    this.name = 'ClientError';
    this.code = facts.code;
    this.kind = facts.kind;
    this.retryAfterMs = facts.retryAfterMs;
    this.status = facts.status;
  }
}

export const networkError = (cause?: unknown): ClientError =>
  new ClientError(
    { code: 'network', kind: 'unavailable', message: 'Parley cannot be reached. Check your connection.' },
    { cause },
  );

export const offlineError = (): ClientError =>
  new ClientError({ code: 'offline', kind: 'unavailable', message: 'You are offline.' });

export const signedOutError = (): ClientError =>
  new ClientError({ code: 'signed_out', kind: 'denied', message: 'You are signed out. Sign in again.' });

/** Any thrown value as a ClientError. What `fetch` throws when nobody answers becomes `network`. */
export function asClientError(thrown: unknown): ClientError {
  if (thrown instanceof ClientError) return thrown;
  // By name, not class: an error may come from another realm, such as a frame's.
  const name = (thrown as { name?: unknown } | undefined)?.name;
  if (name === 'TypeError' || name === 'TimeoutError') return networkError(thrown);
  return new ClientError(
    { code: 'internal', kind: 'fault', message: 'Something went wrong on this page.' },
    { cause: thrown },
  );
}

const KINDS: readonly string[] = ['invalid', 'denied', 'unavailable', 'fault'] satisfies ErrorKind[];

/** Kind of an answer that is no problem document: one from a proxy on the way, for instance. */
function kindOfStatus(status: number): ErrorKind {
  if (status === 401 || status === 403) return 'denied';
  if (status === 408 || status === 429 || status === 502 || status === 503 || status === 504) return 'unavailable';
  return status < 500 ? 'invalid' : 'fault';
}

/** Reads the facts from an answer's problem document (RFC 9457), or makes them up from its status. */
export async function errorOfResponse(response: Response): Promise<ClientError> {
  const body = (await response.json().catch(() => undefined)) as Partial<ErrorFacts & { detail: string }> | undefined;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ClientError({
    status: response.status,
    code: typeof body?.code === 'string' ? body.code : `http_${response.status}`,
    kind: body?.kind !== undefined && KINDS.includes(body.kind) ? body.kind : kindOfStatus(response.status),
    message: body?.message ?? body?.detail ?? 'The service gave an answer that this page does not understand.',
    retryAfterMs: body?.retryAfterMs ?? (Number.isFinite(seconds) ? seconds * 1_000 : undefined),
  });
}
