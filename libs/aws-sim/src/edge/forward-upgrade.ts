import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { headOf, reasonOf, sendErrorOnSocket } from './errors';
import { toOrigin, toViewer } from './headers';
import type { Target } from './options';
import { Patience } from './patience';

export interface UpgradeForwarding {
  target: Target;
  requestId: string;
  readTimeoutMs: number;
  idleTimeoutMs: number;
  originSecret?: string | undefined;
  /** Told the status once the service has answered, or the failure. */
  onAnswer: (status: number, failure?: string) => void;
}

/**
 * Sends a WebSocket handshake on and, once the service has agreed, joins the two sockets byte by byte. A refusal is
 * passed on as the HTTP answer it is and ends the connection, so that nothing but a WebSocket ever bypasses the routes.
 */
export function forwardUpgrade(
  request: IncomingMessage,
  viewer: Socket,
  head: Buffer,
  forwarding: UpgradeForwarding,
): void {
  const { target, requestId } = forwarding;
  viewer.setNoDelay(true);
  const upstream = httpRequest({
    method: request.method,
    path: request.url,
    headers: [...toOrigin(request, forwarding), 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
    // Half-open, or the service's last words would be cut off by the viewer's goodbye.
    createConnection: () => connect({ host: target.host, port: target.port, allowHalfOpen: true, noDelay: true }),
  });
  const fail = (failure: string, status: 502 | 504) => {
    patience.stop();
    upstream.destroy();
    if (viewer.destroyed || viewer.writableEnded) return;
    forwarding.onAnswer(status, failure);
    const message = `${target.service} ${status === 504 ? 'took too long to answer' : 'does not answer'}`;
    sendErrorOnSocket(viewer, { status, message, requestId, accept: request.headers.accept });
  };
  const patience = new Patience(forwarding.readTimeoutMs, { onEnd: () => fail('timeout', 504) });
  const viewerOnClose = () => {
    patience.stop();
    upstream.destroy();
  };
  viewer.on('error', () => viewer.destroy());
  viewer.once('close', viewerOnClose);

  upstream.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'error', 502));
  upstream.on('response', (answer) => {
    patience.stop();
    forwarding.onAnswer(answer.statusCode ?? 502);
    const headers = [...toViewer(answer, requestId), 'Connection', 'close'];
    viewer.write(headOf(answer.statusCode ?? 502, answer.statusMessage ?? '', headers));
    answer.on('error', () => viewer.destroy());
    answer.pipe(viewer);
  });
  upstream.on('upgrade', (answer, origin: Socket, originHead: Buffer) => {
    patience.stop();
    viewer.off('close', viewerOnClose);
    if (viewer.destroyed) return void origin.destroy();
    forwarding.onAnswer(101);
    const headers = [...toViewer(answer, requestId), 'Connection', 'Upgrade', 'Upgrade', 'websocket'];
    viewer.write(headOf(101, reasonOf(101), headers));
    if (originHead.length > 0) origin.unshift(originHead);
    if (head.length > 0) viewer.unshift(head);
    joinSockets(viewer, origin, forwarding.idleTimeoutMs);
  });
  upstream.end();
}

/** Passes bytes both ways, with back-pressure, each side's end to the other, and either's sudden death to both. */
export function joinSockets(viewer: Socket, origin: Socket, idleTimeoutMs: number): void {
  // CloudFront counts bytes from the service only: a talkative viewer does not keep a silent service connected.
  const idle = new Patience(idleTimeoutMs, {
    onEnd: () => {
      viewer.destroy();
      origin.destroy();
    },
  });
  viewer.pipe(origin);
  origin.pipe(viewer);
  origin.on('data', () => idle.renew());
  for (const [socket, other] of [
    [viewer, origin],
    [origin, viewer],
  ] as const) {
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      idle.stop();
      const saidEverything = socket.readableEnded && socket.writableFinished;
      if (!saidEverything) other.destroy();
    });
  }
}
