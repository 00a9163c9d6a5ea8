import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Most that Lambda takes in one request. */
const MAX_BODY_BYTES = 6 * 1024 * 1024;

export type CheckedBody = { ok: true; body: Buffer } | { ok: false; status: number; message: string };

export const needsBodyHash = (method: string | undefined) => method === 'POST' || method === 'PUT';

/**
 * Reads a body and compares it with its `x-amz-content-sha256`, as a Lambda function URL behind origin access control does:
 * CloudFront cannot sign what the browser did not hash. A wrong or missing one is 403 and never reaches the service.
 */
export async function readHashedBody(request: IncomingMessage): Promise<CheckedBody> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return { ok: false, status: 413, message: 'The request is too large for Lambda' };
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const digest = createHash('sha256').update(body).digest('hex');
  if (request.headers['x-amz-content-sha256'] === digest) return { ok: true, body };
  return { ok: false, status: 403, message: 'x-amz-content-sha256 is missing or is not the SHA-256 of the body' };
}
