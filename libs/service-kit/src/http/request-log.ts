import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { runInContext } from '../logging/request-context';

const FORM = /^[A-Za-z0-9_=-]{8,128}$/;

/** Random bytes for so many ids at a time: asking for sixteen costs a handshake nearly as much as writing its answer. */
const IDS_AT_ONCE = 256;
const ID_BYTES = 16;
let random = Buffer.alloc(0);
let used = 0;

function newId(): string {
  if (used === random.length) [random, used] = [randomBytes(IDS_AT_ONCE * ID_BYTES), 0];
  // Not a UUID: Node joins one of fifteen pieces, which a socket would hold apart for as long as it is open.
  return random.toString('hex', used, (used += ID_BYTES));
}

/** The edge's id of this request, where it is one, else a new one. Ends up in logs, answers and calls to the model. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const told = request.headers['x-amz-cf-id'] ?? request.headers['x-request-id'];
  return typeof told === 'string' && FORM.test(told) ? told : newId();
}

/** One line per request: method, path without its query, status, duration. No header, no body. */
export function requestLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const { method, originalUrl } = request;
    const context = { requestId: requestIdOf(request) };
    const begunMs = performance.now();
    response.setHeader('x-request-id', context.requestId);
    let err: Error | undefined;
    response.on('error', (error) => (err = error));
    // What became of it is told outside of its context: a connection that was lost is nobody's request.
    response.on('close', () => {
      const { statusCode: status } = response;
      const isFailed = err !== undefined || status >= 500;
      const req = { method, path: originalUrl.split('?')[0] };
      const durationMs = Math.round(performance.now() - begunMs);
      const facts = { ...context, req, res: { status }, durationMs, ...(err && { err }) };
      logger[isFailed ? 'warn' : 'info'](facts, isFailed ? 'request failed' : 'request answered');
    });
    runInContext(context, next);
  };
}
