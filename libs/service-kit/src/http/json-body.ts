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

export interface JsonBodyOptions {
  /** Of routes that have no other. */
  bytes: number;
  limits?: readonly BodyLimit[];
  /** Whether its sender is known. Asked before a body is read that may be larger than other routes take. */
  isKnown: (request: IncomingMessage) => Promise<boolean>;
}

type HashedRequest = Pick<IncomingMessage, 'headers' | 'method'>;

const READS = ['GET', 'HEAD', 'OPTIONS'];
const NOTHING = Buffer.alloc(0);

/**
 * Parses JSON bodies within the route's limit and checks `x-amz-content-sha256` against the exact bytes when it is sent:
 * behind a signed origin it is required, and a body that changed on the way must not be acted on. One that is no JSON is not
 * read, so nothing is acted on whose hash was told.
 *
 * What a stranger sends is parsed before anybody asks who he is, and some texts of 8 MiB take a second of the whole process:
 * his are held to the usual limit.
 */
export function jsonBody({ bytes: defaultBytes, limits = [], isKnown }: JsonBodyOptions): RequestHandler {
  const checked = new WeakSet<object>();
  const verify = (request: HashedRequest, _response: unknown, body: Buffer) => {
    checked.add(request);
    checkHash(request, body);
  };
  const parser = (bytes: number) => json({ limit: bytes, strict: true, inflate: false, verify });
  const fallback = parser(defaultBytes);
  const byPath = new Map(limits.map(({ path, bytes }) => [path, parser(bytes)]));
  return (request, response, next) => {
    const own = byPath.get(request.path) ?? fallback;
    const read = (parse: RequestHandler) =>
      parse(request, response, (error: unknown) => {
        if (error !== undefined || checked.has(request) || READS.includes(request.method)) return next(error);
        checkHash(request, hasBody(request) ? undefined : NOTHING);
        next();
      });
    if (own === fallback || lengthOf(request) <= defaultBytes) return read(own);
    isKnown(request)
      .then((known) => read(known ? own : fallback))
      .catch(next);
  };
}

/** Of its body, in bytes; infinite where it is not told. */
const lengthOf = ({ headers }: HashedRequest) =>
  headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;

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
