import { createHash, timingSafeEqual } from 'node:crypto';
import { json, type RequestHandler } from 'express';

/** The body is not the one that was hashed. A plain error, because body-parser writes a status of its own onto it. */
export class BodyHashMismatch extends Error {
  override readonly name = 'BodyHashMismatch';
}

/** A route's own limit of the body, in bytes. */
export interface BodyLimit {
  path: string;
  bytes: number;
}

/**
 * Parses JSON bodies within the route's limit and checks `x-amz-content-sha256` against the exact bytes when it is sent:
 * behind a signed origin it is required, and a body that changed on the way must not be acted on.
 */
export function jsonBody(defaultBytes: number, limits: readonly BodyLimit[] = []): RequestHandler {
  const parser = (bytes: number) => json({ limit: bytes, strict: true, inflate: false, verify: checkHash });
  const fallback = parser(defaultBytes);
  const byPath = new Map(limits.map(({ path, bytes }) => [path, parser(bytes)]));
  return (request, response, next) => (byPath.get(request.path) ?? fallback)(request, response, next);
}

function checkHash(
  request: { headers: Record<string, string | string[] | undefined> },
  _response: unknown,
  body: Buffer,
): void {
  const told = request.headers['x-amz-content-sha256'];
  if (told === undefined) return;
  const actual = createHash('sha256').update(body).digest();
  const matches =
    typeof told === 'string' && /^[0-9a-f]{64}$/.test(told) && timingSafeEqual(Buffer.from(told, 'hex'), actual);
  if (!matches) throw new BodyHashMismatch();
}
