import { ERROR_CODES, type CodeEntry, type ErrorCode } from './codes';
import { mappingOfKind, type CloseCode, type ErrorKind, type SocketPhase } from './kinds';

/** A fault of one field of a request: where (`messages.0.id`) and what is wanted there. Never what was sent. */
export interface ErrorDetail {
  path: string;
  message: string;
}

export interface ErrorOptions {
  /** Stays on the server: it is logged, never sent. */
  cause?: unknown;
  /** When trying again makes sense, in milliseconds from now; a second for `unavailable` where nothing is said. */
  retryAfterMs?: number;
  details?: readonly ErrorDetail[];
  /** Replaces the code's own message. For people, and free of anything the caller sent. */
  message?: string;
  /** Further facts of this code that the wire documents, such as `droppedMs`. */
  facts?: Readonly<Record<string, number | string | boolean>>;
}

/** The facts of an error as every wire carries them (docs/protocol.md, Errors). */
export interface ErrorFacts {
  code: string;
  kind: ErrorKind;
  message: string;
  retryAfterMs?: number;
  details?: readonly ErrorDetail[];
}

/** When trying again makes sense where nobody knows better. */
const RETRY_AFTER_MS = 1_000;

/** The one error class that services throw on purpose. Anything else that is thrown becomes `internal`. */
export class ParleyError extends Error {
  readonly kind: ErrorKind;
  readonly retryAfterMs?: number;
  readonly details?: readonly ErrorDetail[];
  private readonly extra?: ErrorOptions['facts'];

  constructor(
    readonly code: ErrorCode,
    options: ErrorOptions = {},
  ) {
    const entry: CodeEntry = ERROR_CODES[code];
    super(options.message ?? entry.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ParleyError';
    this.kind = entry.kind;
    this.retryAfterMs = options.retryAfterMs ?? (entry.kind === 'unavailable' ? RETRY_AFTER_MS : undefined);
    this.details = options.details;
    this.extra = options.facts;
  }

  /** HTTP status of this error. */
  get status(): number {
    const entry: CodeEntry = ERROR_CODES[this.code];
    return entry.status ?? mappingOfKind(this.kind).status;
  }

  /** Close code of a socket that ends for this error. */
  closeCode(phase: SocketPhase): CloseCode {
    const entry: CodeEntry = ERROR_CODES[this.code];
    return entry.close?.[phase] ?? mappingOfKind(this.kind).close[phase];
  }

  /** What may be told to the caller. */
  facts(): ErrorFacts {
    return {
      ...this.extra,
      code: this.code,
      kind: this.kind,
      message: this.message,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.details === undefined ? {} : { details: this.details }),
    };
  }
}

/** Any thrown value as a ParleyError; what nobody threw on purpose is our fault and says nothing of its cause outside. */
export function asParleyError(thrown: unknown): ParleyError {
  return thrown instanceof ParleyError ? thrown : new ParleyError('internal', { cause: thrown });
}

/** A problem document (RFC 9457) of an error, as every HTTP route answers it. */
export function toProblem(error: ParleyError, requestId?: string) {
  const { message, ...facts } = error.facts();
  return {
    type: 'about:blank',
    title: TITLES[error.status] ?? 'Error',
    status: error.status,
    detail: message,
    message,
    ...facts,
    ...(requestId === undefined ? {} : { requestId }),
  };
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
