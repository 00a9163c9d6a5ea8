import { ParleyError } from '@parley/errors';

interface Headers {
  origin?: string | undefined;
  'content-type'?: string | undefined;
}

/**
 * What a form of another site cannot send: an allowed `Origin` and `application/json`. Wanted wherever a cookie is set, used,
 * or all there is.
 *
 * @throws ParleyError `origin_not_allowed`, `json_required`
 */
export function assertNotForged(headers: Headers, allowedOrigins: readonly string[]): void {
  if (headers.origin === undefined || !allowedOrigins.includes(headers.origin))
    throw new ParleyError('origin_not_allowed');
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) throw new ParleyError('json_required');
}
