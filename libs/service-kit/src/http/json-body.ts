import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
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

type HashedRequest = Pick<IncomingMessage, 'headers' | 'method'>;

const READS = ['GET', 'HEAD', 'OPTIONS'];
const NOTHING = Buffer.alloc(0);

/**
 * Parses JSON bodies within the route's limit and checks `x-amz-content-sha256` against the exact bytes when it is sent:
 * behind a signed origin it is required, and a body that changed on the way must not be acted on. One that is no JSON is not
 * read, so nothing is acted on whose hash was told.
 */
export function jsonBody(defaultBytes: number, limits: readonly BodyLimit[] = []): RequestHandler {
  const checked = new WeakSet<object>();
  const verify = (request: HashedRequest, _response: unknown, body: Buffer) => {
    checked.add(request);
    checkHash(request, body);
  };
  const parser = (bytes: number) => json({ limit: bytes, strict: true, inflate: false, verify });
  const fallback = parser(defaultBytes);
  const byPath = new Map(limits.map(({ path, bytes }) => [path, parser(bytes)]));
  return (request, response, next) =>
    (byPath.get(request.path) ?? fallback)(request, response, (error: unknown) => {
      if (error !== undefined || checked.has(request) || READS.includes(request.method)) return next(error);
      checkHash(request, hasBody(request) ? undefined : NOTHING);
      next();
    });
}

const hasBody = ({ headers }: HashedRequest) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/** @param body its bytes, where they were read */
function checkHash({ headers }: HashedRequest, body: Buffer | undefined): void {
  const told = headers['x-amz-content-sha256'];
  if (told === undefined) return;
  const matches =
    body !== undefined &&
    typeof told === 'string' &&
    /^[0-9a-f]{64}$/.test(told) &&
    timingSafeEqual(Buffer.from(told, 'hex'), createHash('sha256').update(body).digest());
  if (!matches) throw new BodyHashMismatch();
}
