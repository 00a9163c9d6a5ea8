import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { toProblem, type ParleyError } from '@parley/errors';

export const withoutTrailingSlash = (path: string) =>
  path.endsWith('/') && path !== '/' ? path.replace(/\/+$/, '') : path;

/** The path exactly as it was asked for: what the edge did not take for another one is none here either. */
export function pathOf(url = '/'): string {
  const query = url.indexOf('?');
  return withoutTrailingSlash(query === -1 ? url : url.slice(0, query));
}

/** Answers a handshake on the HTTP level, as a problem document. */
export function answer(socket: Duplex, error: ParleyError, requestId: string): void {
  const body = JSON.stringify(toProblem(error, requestId));
  const retry = error.status === 429 ? `Retry-After: ${Math.ceil((error.retryAfterMs ?? 1_000) / 1_000)}\r\n` : '';
  socket.end(
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n` +
      `${retry}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
