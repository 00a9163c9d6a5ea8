import { ParleyError } from '@parley/errors';

/** Faults of a request that we built wrongly or of a table that is not as it should be: trying again cannot help. */
const OUR_FAULT = new Set([
  'ValidationException',
  'SerializationException',
  'ItemCollectionSizeLimitExceededException',
]);

/**
 * A failed call of the SDK as the caller may know it. Throttling, timeouts, a lost network, missing credentials and a
 * missing table are all `store_unavailable`; the SDK's words stay in `cause`.
 */
export function storeError(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  const name = error instanceof Error ? error.name : '';
  return new ParleyError(OUR_FAULT.has(name) ? 'internal' : 'store_unavailable', { cause: error });
}

export const isConditionFailed = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';
