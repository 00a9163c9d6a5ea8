import type { IncomingMessage, ServerResponse } from 'node:http';

/** Most that any form or JSON body of the issuer holds. */
const MAX_BODY_BYTES = 16 * 1024;

export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;

export class BodyTooLarge extends Error {}

/** @throws BodyTooLarge beyond 16 KiB */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    .end(JSON.stringify(body));
}

export function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, 'cache-control': 'no-store' }).end();
}

/** CORS as Cognito's token endpoint has it: any origin, no credentials. */
export function allowAnyOrigin(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('access-control-allow-origin', '*');
  if (request.method !== 'OPTIONS') return;
  response.setHeader('access-control-allow-methods', 'GET,POST');
  response.setHeader('access-control-allow-headers', 'authorization,content-type');
  response.setHeader('access-control-max-age', '3600');
  response.writeHead(204).end();
}

const LOOPBACK_ADDRESS = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/;
const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/**
 * Whether a request comes from a program of this machine: from a loopback address, under a loopback name (a foreign name
 * that was pointed at 127.0.0.1 is not one) and not from a web page.
 */
export function isLocalProgram({ headers, socket }: IncomingMessage): boolean {
  return (
    LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '') &&
    LOOPBACK_HOST.test(headers.host ?? '') &&
    headers.origin === undefined
  );
}
