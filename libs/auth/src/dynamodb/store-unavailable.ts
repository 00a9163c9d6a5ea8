import { ParleyError } from '@parley/errors';

/** @throws ParleyError `store_unavailable`, always */
export function storeUnavailable(cause: unknown): never {
  throw new ParleyError('store_unavailable', { cause });
}
