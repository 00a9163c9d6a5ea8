import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Authenticator } from '@parley/auth';
import { ParleyError, asParleyError } from '@parley/errors';
import type { Logger } from 'pino';
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

/** Told of each connection that was let in. `release` gives its place back: to be called when it is gone. */
export type Admit = (
  path: SocketPath,
  socket: EdgeSocket,
  connection: Connection,
  request: IncomingMessage,
  release: () => void,
) => void;

/** Decides on each handshake before a frame is read, and completes it: for good, or to say why not. */
export class Handshakes {
  /** `Set-Cookie` of handshakes that are being answered. */
  private readonly cookies = new WeakMap<IncomingMessage, string>();

  constructor(
    /** A path that is not here does not exist. */
    private readonly paths: ReadonlyMap<string, SocketPath>,
    private readonly parts: HandshakeParts,
    private readonly admit: Admit,
  ) {}

  /** For `upgrade` of the HTTP server. */
  readonly onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const requestId = requestIdOf(request);
    void runInContext({ requestId }, () => this.upgrade(request, socket, head, requestId));
  };

  /** For `headers` of a path's WebSocket server. */
  readonly onHeaders = (headers: string[], request: IncomingMessage): void => {
    const cookie = this.cookies.get(request);
    if (cookie !== undefined) headers.push(`Set-Cookie: ${cookie}`);
  };

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, requestId: string): Promise<void> {
    socket.on('error', destroy);
    try {
      this.parts.fence.verify(request);
    } catch (thrown) {
      return answer(socket, asParleyError(thrown), requestId);
    }
    const path = this.paths.get(pathOf(request.url));
    if (!path) return answer(socket, new ParleyError('not_found'), requestId);
    try {
      if (this.parts.readiness.draining) throw RESTARTING;
      const admission = await this.parts.authenticator.authenticateUpgrade(request, path.policy);
      if (socket.destroyed) return admission.release();
      socket.off('error', destroy);
      if (admission.setCookie !== undefined) this.cookies.set(request, admission.setCookie);
      const { principal, address, label, session: guestSession, release } = admission;
      let isOpen = false;
      // Calls back before it returns, or not at all: a handshake that breaks no rule of ours may break one of `ws`.
      path.server.handleUpgrade(request, socket, head, (webSocket) => {
        isOpen = true;
        const facts = { requestId, path: path.name, principal, address, label, guestSession };
        const connection = new Connection(webSocket, path.codec, facts);
        this.admit(path, webSocket as EdgeSocket, connection, request, release);
      });
      if (!isOpen) release();
    } catch (thrown) {
      const error = asParleyError(thrown);
      logError(this.parts.logger, error, { path: path.name });
      if (!socket.destroyed) this.refuse(path, error, request, socket, head, requestId);
    }
  }

  /** A browser cannot see why a handshake failed, so it completes and closes at once. No gateway hears of it. */
  private refuse(
    path: SocketPath,
    error: ParleyError,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    requestId: string,
  ): void {
    if (error.code === 'origin_not_allowed' || error.code === 'too_many_requests')
      return answer(socket, error, requestId);
    socket.off('error', destroy);
    path.server.handleUpgrade(request, socket, head, (refused) => {
      refused.on('error', () => refused.terminate());
      if (error.retryAfterMs !== undefined) refused.send(path.codec.write('error', error.facts()));
      refused.close(error.closeCode('handshake'), error.message);
    });
  }
}

function destroy(this: Duplex): void {
  this.destroy();
}
