import { randomBytes } from 'node:crypto';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { routeFor } from '@parley/descriptor';
import { listenOnLoopback } from '../loopback';
import { needsBodyHash, readHashedBody } from './body-hash';
import { sendError, sendErrorOnSocket } from './errors';
import { forwardRequest } from './forward-request';
import { forwardUpgrade } from './forward-upgrade';
import { refusalOf, routingPath } from './limits';
import type { Edge, EdgeOptions, Target } from './options';
import { serveSite } from './site';

/** Above every quota, so that the edge and not Node's parser answers what is too large. */
const PARSER_HEAD_BYTES = 256 * 1024;

/**
 * CloudFront on one machine: one origin, the routes of the service descriptors, the site for everything else, and
 * CloudFront's limits and headers where a service or a client could stumble over them.
 *
 * @throws Error for a route without a target; the socket's error, `EADDRINUSE` when the port is taken
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const targets = new Map(options.routes.map(({ service }) => [service, targetOf(service, options.targets[service])]));
  const readTimeoutMs = options.originReadTimeoutMs ?? 60_000;
  const agent = new Agent({ keepAlive: true });

  const find = (path: string): Target | undefined => targets.get(routeFor(options.routes, path)?.service ?? '');
  const site = { folder: options.siteFolder, config: options.config };

  const begin = (request: IncomingMessage) => {
    const startedMs = performance.now();
    const requestId = randomBytes(42).toString('base64url');
    const path = routingPath(request.url ?? '/');
    const { method = 'GET' } = request;
    const log = (status: number, service?: string, failure?: string) =>
      options.log?.({ requestId, method, path, status, service, durationMs: performance.now() - startedMs, failure });
    return { requestId, path, log };
  };

  const onRequest = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { requestId, path, log } = begin(request);
    const target = find(path);
    let failure: string | undefined;
    response.once('close', () => log(response.headersSent ? response.statusCode : 0, target?.service, failure));
    const refuse = ({ status, message }: { status: number; message: string }) => {
      // What is left of the body is not read: the connection ends with the answer.
      response.shouldKeepAlive = false;
      sendError(response, { status, message, requestId, accept: request.headers.accept });
    };
    const refusal = refusalOf(request);
    if (refusal) return refuse(refusal);
    if (!target) return void (await serveSite(request, response, path, { site, requestId }));

    const forwarding = { target, requestId, agent, readTimeoutMs, originSecret: options.originSecret };
    const onFailure = (reason: string) => void (failure = reason);
    if (options.requireBodyHash !== true || !needsBodyHash(request.method))
      return forwardRequest(request, response, { ...forwarding, onFailure });
    const checked = await readHashedBody(request);
    if (!checked.ok) return refuse(checked);
    forwardRequest(request, response, { ...forwarding, onFailure, body: checked.body });
  };

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const { requestId, path, log } = begin(request);
    const target = find(path);
    const refusal = refusalOf(request) ?? (target ? undefined : { status: 404, message: 'There is no WebSocket here' });
    if (refusal || !target) {
      socket.on('error', () => socket.destroy());
      log(refusal?.status ?? 404, target?.service);
      return sendErrorOnSocket(socket, {
        status: 404,
        message: '',
        ...refusal,
        requestId,
        accept: request.headers.accept,
      });
    }
    forwardUpgrade(request, socket as Socket, head, {
      target,
      requestId,
      readTimeoutMs,
      idleTimeoutMs: options.socketIdleTimeoutMs ?? 600_000,
      originSecret: options.originSecret,
      onAnswer: (status, failure) => {
        if (status === 101) socket.once('close', () => log(101, target.service));
        else log(status, target.service, failure);
      },
    });
  };

  const makeServer = () =>
    createServer({
      maxHeaderSize: PARSER_HEAD_BYTES,
      // `Upgrade: h2c` and the like are offers, and ordinary requests when declined.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    })
      .on('request', (request: IncomingMessage, response: ServerResponse) => {
        onRequest(request, response).catch(() => response.destroy());
      })
      .on('upgrade', onUpgrade)
      .on('clientError', answerClientError);
  const server = await listenOnLoopback(makeServer, { port: options.port ?? 0, host: options.host });

  return {
    origin: `http://localhost:${server.port}`,
    port: server.port,
    close: async () => {
      await server.close();
      agent.destroy();
    },
  };
}

function targetOf(service: string, origin: string | undefined): Target {
  if (origin === undefined) throw new Error(`The edge was not told where ${service} listens`);
  const { hostname, port } = new URL(origin);
  return { service, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) };
}

/** What could not even be parsed. */
function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  sendErrorOnSocket(socket, {
    status: tooLarge ? 494 : 400,
    message: tooLarge ? 'The headers of the request are too large' : 'The request is not valid HTTP',
    requestId: randomBytes(42).toString('base64url'),
  });
}
