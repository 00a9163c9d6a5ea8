import type { IncomingMessage } from 'node:http';

/** CloudFront's quotas: a URL, and a request without its body. */
export const MAX_URL_BYTES = 8_192;
export const MAX_HEAD_BYTES = 32_768;

export interface Refusal {
  status: number;
  message: string;
}

/** What CloudFront refuses by itself, before any service sees it. */
export function refusalOf(
  request: Pick<IncomingMessage, 'method' | 'url' | 'rawHeaders' | 'headers'>,
): Refusal | undefined {
  const { method = 'GET', url = '', rawHeaders, headers } = request;
  if (!url.startsWith('/')) return { status: 400, message: 'The request target is not a path' };
  if (Buffer.byteLength(url, 'latin1') > MAX_URL_BYTES) return { status: 414, message: 'The URL is too long' };
  if (headBytes(method, url, rawHeaders) > MAX_HEAD_BYTES)
    return { status: 494, message: 'The headers of the request are too large' };
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (hasBody && (method === 'GET' || method === 'HEAD'))
    return { status: 403, message: 'A GET request has no body here' };
  return undefined;
}

/** Bytes of the request line and the header lines, with their separators. */
export function headBytes(method: string, url: string, rawHeaders: readonly string[]): number {
  const line = method.length + url.length + ' '.length + ' HTTP/1.1\r\n'.length;
  return rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text, 'latin1') + 2, line);
}

/**
 * The path that decides the route: dot segments resolved (RFC 3986 5.2.4), as CloudFront does before it matches. The
 * service still gets the path as it was sent.
 */
export function routingPath(target: string): string {
  return URL.parse(`http://edge.invalid${target}`)?.pathname ?? '/';
}
