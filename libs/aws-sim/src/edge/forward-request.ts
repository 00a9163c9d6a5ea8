import {
  request as httpRequest,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { sendError } from './errors';
import { toOrigin, toViewer } from './headers';
import type { Target } from './options';
import { Patience } from './patience';

export interface Forwarding {
  target: Target;
  requestId: string;
  agent: Agent;
  readTimeoutMs: number;
  originSecret?: string | undefined;
  /** A body that was read already. */
  body?: Buffer | undefined;
  /** Told why the service did not answer. */
  onFailure: (failure: string) => void;
}

/**
 * Sends a request on to its service and the answer back, both unbuffered: what arrives is passed on at once, and either
 * side's end, or sudden end, reaches the other.
 */
export function forwardRequest(request: IncomingMessage, response: ServerResponse, forwarding: Forwarding): void {
  const { target, requestId, agent, body } = forwarding;
  const isChunked = request.headers['transfer-encoding'] !== undefined && body === undefined;
  const upstream = httpRequest({
    host: target.host,
    port: target.port,
    method: request.method,
    path: request.url,
    headers: [...toOrigin(request, forwarding), ...(isChunked ? ['Transfer-Encoding', 'chunked'] : [])],
    agent,
  });
  upstream.setNoDelay(true);
  let answer: IncomingMessage | undefined;
  let hasFailed = false;

  const patience = new Patience(forwarding.readTimeoutMs, {
    // Silence while the viewer is the slow one, in reading or in sending, is not the service's.
    isExcused: () => answer?.isPaused() === true || (!isRead(request, body) && !upstream.writableNeedDrain),
    onEnd: () => fail('timeout', 504),
  });

  const fail = (failure: string, status: 502 | 504) => {
    patience.stop();
    if (hasFailed) return;
    // Ending the request below is itself an error of the request.
    hasFailed = true;
    upstream.destroy();
    if (response.destroyed) return;
    forwarding.onFailure(failure);
    if (response.headersSent) return void response.destroy();
    const message = `${target.service} ${status === 504 ? 'took too long to answer' : 'does not answer'}`;
    sendError(response, { status, message, requestId, accept: request.headers.accept });
  };

  upstream.on('response', (message) => {
    answer = message;
    patience.renew();
    response.writeHead(message.statusCode ?? 502, message.statusMessage, toViewer(message, requestId));
    // The head of an event stream must not wait for its first event.
    response.flushHeaders();
    message.on('data', () => patience.renew());
    message.on('end', () => patience.stop());
    message.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'aborted', 502));
    message.pipe(response);
  });
  upstream.on('error', (error: NodeJS.ErrnoException) => {
    if (answer !== undefined) return;
    if (canRepeat(upstream, request, error) && !response.destroyed) {
      patience.stop();
      return forwardRequest(request, response, forwarding);
    }
    fail(error.code ?? 'error', 502);
  });
  response.on('close', () => {
    patience.stop();
    if (!response.writableFinished) upstream.destroy();
  });

  if (body !== undefined) return void upstream.end(body);
  request.on('data', () => patience.renew());
  request.pipe(upstream);
}

const isRead = (request: IncomingMessage, body: Buffer | undefined) => body !== undefined || request.complete;

/** A connection kept alive may die just when it is used again; a GET is then sent once more, as CloudFront does. */
function canRepeat(upstream: ClientRequest, { method }: IncomingMessage, error: NodeJS.ErrnoException): boolean {
  return upstream.reusedSocket && error.code === 'ECONNRESET' && (method === 'GET' || method === 'HEAD');
}
