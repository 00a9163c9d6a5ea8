import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WsAdapter } from '@nestjs/platform-ws';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Authenticator, BannedList, OpenConnections, SignedOutList, SocketPolicy } from '@parley/auth';
import { CloseCode, ParleyError, asParleyError } from '@parley/errors';
import { HEARTBEAT, LIMITS, PROTOCOL_VERSION } from '@parley/protocol';
import type { Logger } from 'pino';
import { lastValueFrom, type Observable } from 'rxjs';
import { WebSocketServer, type WebSocket } from 'ws';
import { logError } from '../http/problem.filter';
import { requestIdOf } from '../http/request-log';
import type { OriginFence } from '../origin-fence';
import type { Readiness } from '../health/readiness';
import { runInContext } from '../logging/request-context';
import { Connection } from './connection';
import { namedFrames, parseFrameObject, refOf, type FrameCodec } from './frame-codec';
import { EdgeSocket, OpenSocket, type Path, type SocketEars } from './edge-socket';
import { FRAME_LIMITS, type FrameLimits } from './frame-allowance';
import { PersonAllowances } from './person-allowances';
import { answer, pathOf, withoutTrailingSlash } from './upgrade-request';
import { LifeWatch, type LifeWatchOptions } from './life-watch';

/** Refused refreshes that one connection may have; the next one ends it. */
const MAX_REFUSED_REFRESHES = 4;

const BANNED = new ParleyError('banned');
const RESTARTING = new ParleyError('restarting', { message: 'Service restarting' });

/** What a gateway says of its path beside Nest's own options. */
export interface GatewayOptions {
  path?: string;
  /** How its frames look; `{event,data}` when left out. */
  frames?: FrameCodec;
  /** How many frames a connection may send; 20 a second, 60 at once, when left out. */
  limits?: FrameLimits;
  /**
   * The gateway says nothing before it is spoken to, so Nest hears of a connection with its first text frame: bound to a
   * dozen handlers each, sockets that only stand open would hold a third more.
   */
  waits?: boolean;
}

export interface SocketEdgeOptions {
  authenticator: Pick<Authenticator, 'authenticateUpgrade' | 'refresh'>;
  signedOut: Pick<SignedOutList, 'has' | 'onChange'>;
  banned: Pick<BannedList, 'has' | 'onChange'>;
  /** Told when somebody's connection opens and closes. */
  connections: Pick<OpenConnections, 'opened' | 'closed'>;
  /** Policy of each gateway's path. A path that is not here does not exist. */
  policies: ReadonlyMap<string, SocketPolicy>;
  readiness: Readiness;
  /** Asked before anything else. */
  fence: Pick<OriginFence, 'verify'>;
  logger: Logger;
  life?: LifeWatchOptions;
  closeMs?: number;
}

/**
 * The edge of a service's sockets. Nest's gateways, guards, pipes and filters work as usual behind it; what its own
 * adapter leaves open is closed here: identity is decided at the upgrade, before a frame is read; frames are handled in
 * order; every bad frame is answered; a restart says so (1012).
 */
export class SocketEdgeAdapter extends WsAdapter {
  private readonly paths = new Map<string, Path>();
  private readonly life: LifeWatch;
  private readonly stopListening: (() => void)[];
  /** `Set-Cookie` of handshakes that are being answered. */
  private readonly cookies = new WeakMap<IncomingMessage, string>();
  /** Frames of connections that are gone, which were being handled when they went. */
  private readonly unfinished = new Set<Promise<void>>();
  private readonly ears: SocketEars = {
    heard: (...frame) => this.socketOnMessage(...frame),
    answered: (socket) => this.life.answered(socket),
    gone: (...end) => this.socketOnClose(...end),
    // ws has closed the connection with the right code (1009 too big, 1007 not UTF-8) by the time this is emitted.
    broke: ({ code }) => this.edge.logger.info({ code }, 'a socket broke'),
  };
  private upgradeServer: { server: Server; listener: (...args: [IncomingMessage, Duplex, Buffer]) => void } | undefined;

  constructor(
    app: object,
    private readonly edge: SocketEdgeOptions,
  ) {
    super(app);
    this.life = new LifeWatch(edge.life);
    this.stopListening = [
      edge.signedOut.onChange(() => this.endSignedOut()),
      edge.banned.onChange(() => this.endBanned()),
    ];
  }

  get liveConnections(): number {
    return this.life.size;
  }

  override create(_port: number, options: GatewayOptions = {}): WebSocketServer {
    const path = withoutTrailingSlash(options.path ?? '/');
    const policy = this.edge.policies.get(path);
    if (!policy) throw new Error(`The gateway at ${path} has no access policy`);
    const server = new WebSocketServer({
      noServer: true,
      maxPayload: LIMITS.textFrame,
      perMessageDeflate: false,
      clientTracking: true,
      WebSocket: EdgeSocket,
      closeTimeout: this.edge.closeMs ?? HEARTBEAT.closeMs,
      // A subprotocol that carries a credential is never echoed.
      handleProtocols: (offered) => (offered.has(PROTOCOL_VERSION) ? PROTOCOL_VERSION : false),
    } as ConstructorParameters<typeof WebSocketServer>[0]);
    server.on('headers', (headers, request) => {
      const cookie = this.cookies.get(request);
      if (cookie !== undefined) headers.push(`Set-Cookie: ${cookie}`);
    });
    const { frames = namedFrames, limits = FRAME_LIMITS, waits = false } = options;
    const people = new PersonAllowances(limits);
    this.paths.set(path, { name: path, server, policy, codec: frames, limits, people, waits });
    this.listenForUpgrades();
    return server;
  }

  override bindClientConnect(server: WebSocketServer, callback: (...args: unknown[]) => void): void {
    for (const path of this.paths.values()) if (path.server === server) path.connect = callback;
  }

  override bindClientDisconnect(client: unknown, callback: () => void): void {
    (client as Connection).onClose(callback);
  }

  override bindMessageHandlers(
    client: unknown,
    handlers: MessageMappingProperties[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    (client as Connection).bound = { handlers, transform };
  }

  /** Ends every connection with 1012 and waits for the close handshakes, at most 10 s, and for what is still being handled. */
  override async close(server: WebSocketServer): Promise<void> {
    for (const connection of this.life.connections())
      if (this.paths.get(connection.facts.path)?.server === server) connection.fail(RESTARTING, undefined);
    for (const socket of server.clients) socket.close(CloseCode.restarting, RESTARTING.message);
    const closed = [...server.clients].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    await Promise.all(closed);
    await Promise.all(this.unfinished);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  override async dispose(): Promise<void> {
    for (const stop of this.stopListening) stop();
    this.upgradeServer?.server.off('upgrade', this.upgradeServer.listener);
    this.paths.clear();
  }

  private listenForUpgrades(): void {
    if (this.upgradeServer) return;
    const server = this.httpServer as Server;
    const listener = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const requestId = requestIdOf(request);
      void runInContext({ requestId }, () => this.upgrade(request, socket, head, requestId));
    };
    server.on('upgrade', listener);
    this.upgradeServer = { server, listener };
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, requestId: string): Promise<void> {
    socket.on('error', destroy);
    try {
      this.edge.fence.verify(request);
    } catch (thrown) {
      return answer(socket, asParleyError(thrown), requestId);
    }
    const path = this.paths.get(pathOf(request.url));
    if (!path) return answer(socket, new ParleyError('not_found'), requestId);
    try {
      if (this.edge.readiness.draining) throw RESTARTING;
      const admission = await this.edge.authenticator.authenticateUpgrade(request, path.policy);
      if (socket.destroyed) return admission.release();
      socket.off('error', destroy);
      if (admission.setCookie !== undefined) this.cookies.set(request, admission.setCookie);
      const { principal, address, label, session: guestSession, release } = admission;
      let isOpen = false;
      // Answers at once, and calls back before it returns, or not at all.
      path.server.handleUpgrade(request, socket, head, (webSocket) => {
        isOpen = true;
        const facts = { requestId, path: path.name, principal, address, label, guestSession };
        const connection = new Connection(webSocket, path.codec, facts);
        this.admit(webSocket as EdgeSocket, new OpenSocket(path, connection, release), request);
      });
      if (!isOpen) release();
    } catch (thrown) {
      const error = asParleyError(thrown);
      logError(this.edge.logger, error, { path: path.name });
      if (socket.destroyed) return;
      if (error.code === 'origin_not_allowed' || error.code === 'too_many_requests')
        return answer(socket, error, requestId);
      socket.off('error', destroy);
      // A browser cannot see why a handshake failed, so it completes and closes at once. No gateway hears of it.
      path.server.handleUpgrade(request, socket, head, (refused) => {
        refused.on('error', () => refused.terminate());
        if (error.retryAfterMs !== undefined) refused.send(path.codec.write('error', error.facts()));
        refused.close(error.closeCode('handshake'), error.message);
      });
    }
  }

  private endSignedOut(): void {
    for (const connection of this.life.connections())
      if (connection.principal && this.edge.signedOut.has(connection.principal))
        connection.close(CloseCode.tokenExpired, 'Signed out');
  }

  private endBanned(): void {
    for (const connection of this.life.connections())
      if (connection.principal && this.edge.banned.has(connection.principal)) {
        connection.fail(BANNED);
        connection.end(BANNED);
      }
  }

  private admit(socket: EdgeSocket, open: OpenSocket, request: IncomingMessage): void {
    const { connection, path } = open;
    this.life.add(socket, connection);
    const { id, principal } = connection;
    if (principal) {
      const facts = { id, principalId: principal.id, kind: principal.kind, path: path.name };
      this.edge.connections.opened({ ...facts, since: Date.now() });
    }
    socket.listen(open, this.ears);
    if (!path.waits) path.connect?.(connection, request);
  }

  private readonly onHandlerError = (error: unknown) =>
    this.edge.logger.error({ err: error }, 'a frame handler failed');

  private socketOnClose(socket: EdgeSocket, open: OpenSocket, code: number): void {
    const { connection } = open;
    this.life.remove(socket);
    if (connection.principal) this.edge.connections.closed({ id: connection.id, principalId: connection.principal.id });
    const unfinished = open.close();
    if (unfinished) {
      this.unfinished.add(unfinished);
      void unfinished.finally(() => this.unfinished.delete(unfinished));
    }
    connection.notifyClosed(code);
  }

  private socketOnMessage(socket: EdgeSocket, open: OpenSocket, data: Buffer, isBinary: boolean): void {
    if (isBinary && open.isIdle) this.handleBinary(open, data);
    else if (isBinary) open.queue(socket, this.onHandlerError).add(() => this.handleBinary(open, data));
    else open.queue(socket, this.onHandlerError).add(() => this.handleText(socket, open, data));
  }

  private handleBinary({ connection, allowance }: OpenSocket, data: Buffer): void {
    allowance.begun();
    if (data.length > LIMITS.binaryFrame) return connection.close(CloseCode.tooBig, 'This is too large');
    if (connection.onBinary) connection.onBinary(data);
    else
      connection.fail(new ParleyError('invalid_frame', { message: 'Binary frames are not expected here, or not yet' }));
  }

  private async handleText(socket: WebSocket, open: OpenSocket, data: Buffer): Promise<void> {
    const { connection } = open;
    await runInContext(connection.logContext(), async () => {
      connection.currentRef = undefined;
      try {
        const { name, body } = this.readFrame(open, data);
        if (name === 'tokenRefresh') return await this.refresh(socket, open, body);
        open.bind();
        const { handlers = [], transform } = connection.bound ?? {};
        const handler = handlers.find(({ message }) => message === name);
        if (!handler || !transform) throw new ParleyError('unknown_event');
        // What handlers and guards throw is answered by the exception filter; what they return is sent as an answer.
        const result = await lastValueFrom(transform(handler.callback(body, name)), { defaultValue: undefined });
        if (isAnswer(result)) connection.send(result.event, result.data, connection.currentRef);
      } catch (thrown) {
        const error = asParleyError(thrown);
        logError(this.edge.logger, error);
        if (open.allowance.isAbused || open.ofPerson?.isAbused) connection.end(error);
        else connection.fail(error);
      }
    });
  }

  /** Size was checked by `ws`, then comes the rate, and only then what the frame says. */
  private readFrame(
    { connection, path, allowance, ofPerson }: OpenSocket,
    data: Buffer,
  ): { name: string; body: unknown } {
    let said: { name: string; body: unknown } | undefined;
    let fault: unknown;
    try {
      const frame = parseFrameObject(data.toString('utf8'));
      connection.currentRef = refOf(frame);
      said = path.codec.read(frame);
      if (allowance.isFree(said.name)) return said;
    } catch (error) {
      fault = error;
    }
    allowance.take();
    ofPerson?.take();
    if (said === undefined) throw fault;
    return said;
  }

  private async refresh(socket: WebSocket, open: OpenSocket, body: unknown): Promise<void> {
    const { connection, path } = open;
    try {
      if (!connection.principal) throw new ParleyError('invalid_token');
      const offered = typeof body === 'object' && body !== null ? body : {};
      connection.principal = await this.edge.authenticator.refresh(connection.principal, offered, {
        uses: path.policy.uses,
        address: connection.facts.address,
      });
      this.life.renewed(socket);
      connection.send(
        'tokenRefreshed',
        { expiresAt: new Date(connection.principal.expiresAt).toISOString() },
        connection.currentRef,
      );
    } catch (thrown) {
      const error = asParleyError(thrown);
      if (error.kind === 'denied') open.refusedRefreshes += 1;
      if (error.kind === 'unavailable') this.life.uncheckable(socket);
      if (open.refusedRefreshes > MAX_REFUSED_REFRESHES) return connection.close(CloseCode.tokenExpired, error.message);
      throw error;
    }
  }
}

const isAnswer = (value: unknown): value is { event: string; data: unknown } =>
  typeof value === 'object' && value !== null && typeof (value as { event?: unknown }).event === 'string';

function destroy(this: Duplex): void {
  this.destroy();
}
