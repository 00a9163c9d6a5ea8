import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { withoutCredentials, type Authenticator, type Place, type SocketAdmission } from '@parley/auth';
import { ParleyError, asParleyError } from '@parley/errors';
import type { Logger } from 'pino';
import type { WebSocket, WebSocketServer } from 'ws';
import { logError } from '../http/problem.filter';
import { requestIdOf } from '../http/request-log';
import type { Readiness } from '../health/readiness';
import { runInContext } from '../logging/request-context';
import type { OriginFence } from '../origin-fence';
import { Connection } from './connection';
import type { EdgeSocket } from './edge-socket';
import type { SocketPath } from './socket-path';
import { answer, pathOf } from './upgrade-request';

export const RESTARTING = new ParleyError('restarting', { message: 'Service restarting' });

export interface HandshakeParts {
  authenticator: Pick<Authenticator, 'authenticateUpgrade'>;
  readiness: Readiness;
  /** Asked before anything else. */
  fence: Pick<OriginFence, 'verify'>;
  logger: Logger;
}

/** Told of each connection that was let in. Its place is to be given back when it is gone. */
export type Admit = (
  path: SocketPath,
  socket: EdgeSocket,
  connection: Connection,
  request: IncomingMessage,
  place: Place,
) => void;

/** A handshake on its way. */
interface Handshake {
  requestId: string;
  path: SocketPath;
  request: IncomingMessage;
  socket: Duplex;
  /** The subprotocols it offers, with the credential that may be among them. */
  offered: string | undefined;
  admission?: SocketAdmission;
  refusal?: ParleyError;
  isOpen: boolean;
}

/** Decides on each handshake before a frame is read, and completes it: for good, or to say why not. */
export class Handshakes {
  private handshake: Handshake | undefined;
  /** Sockets that were told why not, and are closing. */
  private readonly refused = new Set<EdgeSocket>();

  constructor(
    /** A path that is not here does not exist. */
    private readonly paths: ReadonlyMap<string, SocketPath>,
    private readonly parts: HandshakeParts,
    private readonly admit: Admit,
  ) {}

  /** For `upgrade` of the HTTP server. */
  readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const requestId = requestIdOf(request);
    runInContext({ requestId }, () => this.upgrade(request, socket, head, requestId));
  };

  /**
   * For `verifyClient` of a path's WebSocket server, which asks in the very turn in which it was given a handshake: when all
   * is well with its form, so that one that cannot be completed costs neither a signature nor a ticket.
   */
  readonly verify = (_: unknown, complete: (isVerified: true) => void): void => {
    if (this.handshake) void this.decide(this.handshake, complete);
  };

  /** Waits no longer for who was refused to close too. */
  endRefused(): void {
    for (const socket of this.refused) socket.terminate();
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, requestId: string): void {
    socket.on('error', destroy);
    try {
      this.parts.fence.verify(request);
    } catch (thrown) {
      return answer(socket, asParleyError(thrown), requestId);
    }
    const path = this.paths.get(pathOf(request.url));
    if (!path) return answer(socket, new ParleyError('not_found'), requestId);
    const offered = request.headers['sec-websocket-protocol'];
    // `ws` would look at each character of a token, which takes as long as all that is ours.
    if (offered !== undefined) request.headers['sec-websocket-protocol'] = withoutCredentials(offered);
    const handshake: Handshake = { requestId, path, request, socket, offered, isOpen: false };
    this.handshake = handshake;
    path.server.handleUpgrade(request, socket, head, (webSocket) => this.opened(handshake, webSocket as EdgeSocket));
    this.handshake = undefined;
  }

  private async decide(handshake: Handshake, complete: (isVerified: true) => void): Promise<void> {
    const { path, request, socket, offered, requestId } = handshake;
    const { authenticator, readiness, logger } = this.parts;
    try {
      if (readiness.draining) throw RESTARTING;
      handshake.admission = await authenticator.authenticateUpgrade(request, path.policy, offered);
    } catch (thrown) {
      const error = (handshake.refusal = asParleyError(thrown));
      logError(logger, error, { path: path.name });
      if (error.code === 'origin_not_allowed' || error.code === 'too_many_requests')
        return answer(socket, error, requestId);
    }
    // Calls back before it returns, or not at all: the caller may be gone by now. What is said at once leaves in one piece.
    socket.cork();
    withCookie(path.server, handshake.admission?.setCookie, () => complete(true));
    socket.uncork();
    if (!handshake.isOpen) handshake.admission?.place.release();
  }

  private opened(handshake: Handshake, socket: EdgeSocket): void {
    handshake.isOpen = true;
    const { path, request, requestId, admission, refusal } = handshake;
    // `ws` has listeners of its own from here on.
    handshake.socket.off('error', destroy);
    if (!admission) return this.refuse(path, socket, refusal!);
    const { principal, address, label, session: guestSession, place } = admission;
    const facts = { requestId, path: path.name, principal, address, label, guestSession };
    this.admit(path, socket, new Connection(socket, path.codec, facts), request, place);
  }

  /** A browser cannot see why a handshake failed, so it was completed and closes at once. No gateway hears of it. */
  private refuse(path: SocketPath, socket: EdgeSocket, error: ParleyError): void {
    this.refused.add(socket);
    socket.on('error', terminate).on('close', () => this.refused.delete(socket));
    if (error.retryAfterMs !== undefined) socket.send(path.codec.write('error', error.facts()));
    socket.close(error.closeCode('handshake'), error.message);
  }
}

/** Has a handshake that is completed in `complete` answered with a `Set-Cookie`. */
function withCookie(server: WebSocketServer, cookie: string | undefined, complete: () => void): void {
  if (cookie === undefined) return complete();
  const add = (headers: string[]) => void headers.push(`Set-Cookie: ${cookie}`);
  server.on('headers', add);
  try {
    complete();
  } finally {
    server.off('headers', add);
  }
}

function terminate(this: WebSocket): void {
  this.terminate();
}

function destroy(this: Duplex): void {
  this.destroy();
}
