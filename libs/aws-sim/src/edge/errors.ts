import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { edgeHeaders } from './headers';

/** nginx's code for too many bytes of headers, which CloudFront uses and Node has no words for. */
const REASONS: Record<number, string> = { ...STATUS_CODES, 494: 'Request Header Too Large' };

export const reasonOf = (status: number) => REASONS[status] ?? 'Error';

interface EdgeError {
  status: number;
  message: string;
  requestId: string;
  /** The viewer's `Accept`: a page for people, JSON for programs. */
  accept?: string | undefined;
}

/** A small answer of the edge's own: what went wrong, in words. */
export function sendError(response: ServerResponse, error: EdgeError): void {
  const { headers, body } = render(error);
  response.writeHead(error.status, reasonOf(error.status), headers.flat()).end(body);
}

/** The same on a bare socket, which is ended with it. */
export function sendErrorOnSocket(socket: Duplex, error: EdgeError): void {
  const { headers, body } = render(error);
  socket.end(headOf(error.status, reasonOf(error.status), [...headers, ['Connection', 'close']].flat()) + body);
}

/** A response head as it stands on the wire. `headers` are flat. */
export function headOf(status: number, reason: string, headers: readonly string[]): string {
  let head = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (let index = 0; index + 1 < headers.length; index += 2) head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return `${head}\r\n`;
}

function render({ status, message, requestId, accept }: EdgeError) {
  const html = accept?.includes('text/html') ?? false;
  const title = `${status} ${reasonOf(status)}`;
  const body = html
    ? `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>${title}</title><h1>${title}</h1><p>${message}.</p>\n`
    : `${JSON.stringify({ status, title: reasonOf(status), message, requestId })}\n`;
  const headers: [string, string][] = [
    ['Content-Type', html ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8'],
    ['Content-Length', String(Buffer.byteLength(body))],
    ['Cache-Control', 'no-store'],
    ['X-Content-Type-Options', 'nosniff'],
    ...edgeHeaders(requestId, 'Error'),
  ];
  return { headers, body };
}
