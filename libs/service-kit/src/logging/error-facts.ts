/** What a log line tells of an error. */
export interface ErrorFacts {
  type: string;
  message?: string;
  stack?: string;
  code?: string | number;
  /** Of an answer over HTTP. */
  status?: number;
  /** By which AWS knows the request. */
  awsRequestId?: string;
  cause?: ErrorFacts;
}

/** A chain of causes may be a circle. */
const MOST_CAUSES = 5;
/** The AI SDK's errors quote what was asked and what was answered, in their words and in their fields. */
const QUOTING = /^AI_/;

/**
 * An error as it may be logged: only what is named here. Errors of SDKs carry requests and answers around in fields of their
 * own, and what a provider says may quote people, or the key that it was sent: of the AI SDK's errors, and of all that they
 * come from, no word is told, only where they came about and as what.
 */
export function errorFacts(error: unknown): ErrorFacts {
  return factsOf(error, false, MOST_CAUSES);
}

function factsOf(error: unknown, isQuoted: boolean, causes: number): ErrorFacts {
  if (!(error instanceof Error)) return { type: error === null ? 'null' : typeof error };
  const { name, message, stack, cause } = error;
  const { code, statusCode, $metadata } = error as Error & Partial<Record<string, unknown>>;
  const { httpStatusCode, requestId } = ($metadata ?? {}) as { httpStatusCode?: unknown; requestId?: unknown };
  const status = statusCode ?? httpStatusCode;
  const isSilent = isQuoted || QUOTING.test(name);
  return {
    type: name,
    ...(isSilent ? {} : { message }),
    ...(stack === undefined ? {} : { stack: isSilent ? framesOf(stack) : stack }),
    ...(!isSilent && (typeof code === 'string' || typeof code === 'number') ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof requestId === 'string' ? { awsRequestId: requestId } : {}),
    ...(cause !== undefined && causes > 0 ? { cause: factsOf(cause, isSilent, causes - 1) } : {}),
  };
}

/** Without the message before them. */
const framesOf = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .join('\n');
