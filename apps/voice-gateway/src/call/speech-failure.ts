import { ParleyError } from '@parley/errors';

/** Too many streams or tokens: somebody else's turn first. */
const BUSY = new Set(['ThrottlingException', 'ServiceQuotaExceededException', 'ModelNotReadyException']);

/** What a failed stream means for the caller. The model's own words stay in `cause`. */
export function speechFailure(error: unknown): ParleyError {
  const { name = '', message = '' } = error instanceof Error ? error : {};
  if (BUSY.has(name)) return new ParleyError('at_capacity', { cause: error, retryAfterMs: 5_000 });
  if (name === 'ModelTimeoutException') return new ParleyError('model_timeout', { cause: error });
  if (name === 'ValidationException' && message.includes('content filters')) {
    return new ParleyError('model_unavailable', { cause: error, message: 'The model will not talk about this' });
  }
  return new ParleyError('model_unavailable', { cause: error });
}
