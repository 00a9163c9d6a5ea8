import type { ConverseEvent } from './converse-event';

/** What an exception would have been as an answer of its own, and whether it may help to ask again. */
const KNOWN = new Map(
  Object.entries({
    internalServerException: { statusCode: 500, isRetryable: true },
    modelStreamErrorException: { statusCode: 424, isRetryable: true },
    serviceUnavailableException: { statusCode: 503, isRetryable: true },
    throttlingException: { statusCode: 429, isRetryable: true },
    validationException: { statusCode: 400, isRetryable: false },
  }),
);

/** An exception in the middle of a stream, as Bedrock's package reports it. */
export function streamError({ name: type, message, said }: Extract<ConverseEvent, { type: 'exception' }>): object {
  return {
    message: typeof message === 'string' ? message : `Amazon Bedrock stream failed with ${type}`,
    type,
    ...KNOWN.get(type),
    data: { [type]: said },
  };
}
