import { ParleyError } from '@parley/errors';
import type { Principal } from '../domain/principal';
import type { RefusalLimiter } from '../domain/refusal-limiter';
import type { AuthDecision } from './auth-options';

export type Where = AuthDecision['where'];

/** Refusals that were given for something presented: these count. */
const COUNTED = ['invalid_token', 'signing_keys_unavailable', 'guests_not_admitted'];

/** Tells each verdict, and counts the refusals of an address. */
export class Verdicts {
  constructor(private readonly onDecision: ((decision: AuthDecision) => void) | undefined) {}

  admitted(where: Where, { id }: Principal): void {
    this.onDecision?.({ where, verdict: 'admitted', principalId: id });
  }

  /** @returns the error, to be thrown */
  refused<E>(where: Where, error: E, principal?: Principal): E {
    if (error instanceof ParleyError) {
      const reason = error.cause instanceof Error ? error.cause.message : undefined;
      this.onDecision?.({ where, verdict: 'refused', code: error.code, reason, principalId: principal?.id });
    }
    return error;
  }
}

/** Above the limit a refusal costs 429 in place of its own answer. Presenting nothing does not count. */
export function limited(error: unknown, address: string, bucket: RefusalLimiter): unknown {
  if (!(error instanceof ParleyError) || !COUNTED.includes(error.code)) return error;
  const retryAfterMs = bucket.take(address);
  return retryAfterMs === undefined ? error : new ParleyError('too_many_requests', { retryAfterMs, cause: error });
}
