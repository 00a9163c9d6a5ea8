import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { errorFacts } from '../logging/error-facts';
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
export function requestLog(logger: Logger): RequestHandler[] {
  const log = pinoHttp({
    logger,
    genReqId: requestIdOf,
    quietReqLogger: true,
    customAttributeKeys: { responseTime: 'durationMs', reqId: 'requestId' },
    serializers: {
      req: ({ method, originalUrl }: Request) => ({ method, path: originalUrl.split('?')[0] }),
      res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
      err: errorFacts,
    },
    // They look at the request itself: the ones of pino-http would first put all of its headers together.
    wrapSerializers: false,
    customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'warn' : 'info'),
    customSuccessMessage: () => 'request answered',
    customErrorMessage: () => 'request failed',
  });
  return [
    (request, response, next) => {
      const requestId = requestIdOf(request);
      request.id = requestId;
      response.setHeader('x-request-id', requestId);
      runInContext({ requestId }, next);
    },
    (request, response, next) => log(request, response, next),
  ];
}
