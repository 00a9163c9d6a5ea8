import type { Server } from 'node:http';
import { WsAdapter } from '@nestjs/platform-ws';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Authenticator, BannedList, OpenConnections, Principal, SignedOutList, SocketPolicy } from '@parley/auth';
import { CloseCode, ParleyError } from '@parley/errors';
import { HEARTBEAT, LIMITS, PROTOCOL_VERSION } from '@parley/protocol';
import type { Observable } from 'rxjs';
import { WebSocketServer } from 'ws';
import type { Connection } from './connection';
import { EdgeSocket, type SocketEars } from './edge-socket';
import { FRAME_LIMITS } from './frame-allowance';
import { namedFrames } from './frame-codec';
import { FrameRates } from './frame-rates';
import { Handshakes, RESTARTING, type Admit, type HandshakeParts } from './handshakes';
import { LifeWatch, type LifeWatchOptions } from './life-watch';
import { OpenSocket, type OpenSocketParts } from './open-socket';
import type { GatewayOptions, SocketPath } from './socket-path';
import { withoutTrailingSlash } from './upgrade-request';

const BANNED = new ParleyError('banned');

export interface SocketEdgeOptions extends HandshakeParts {
  authenticator: Pick<Authenticator, 'authenticateUpgrade' | 'refresh'>;
  signedOut: Pick<SignedOutList, 'has' | 'onChange'>;
  banned: Pick<BannedList, 'has' | 'onChange'>;
  /** Told when a connection of somebody opens and closes. */
  connections: Pick<OpenConnections, 'opened' | 'closed'>;
  /** Policy of each gateway's path. A path that is not here does not exist. */
  policies: ReadonlyMap<string, SocketPolicy>;
  life?: LifeWatchOptions;
}

/**
 * The edge of a service's sockets. Nest's gateways, guards, pipes and filters work as usual behind it; what its own
 * adapter leaves open is closed here: identity is decided at the upgrade, before a frame is read; frames are handled in
 * order; every bad frame is answered; a restart says so (1012).
 */
export class SocketEdgeAdapter extends WsAdapter {
  private readonly paths = new Map<string, SocketPath>();
  private readonly handshakes: Handshakes;
  private readonly life: LifeWatch;
  private readonly parts: OpenSocketParts;
  private readonly stopListening: (() => void)[];
  /** Frames of connections that are gone, which were being handled when they went. */
  private readonly unfinished = new Set<Promise<void>>();
  private listensForUpgrades = false;

  constructor(
    app: object,
    private readonly edge: SocketEdgeOptions,
  ) {
    super(app);
    this.handshakes = new Handshakes(this.paths, edge, this.admit);
    this.life = new LifeWatch(edge.life);
    this.parts = {
      authenticator: edge.authenticator,
      life: this.life,
      logger: edge.logger,
      onFault: (error) => edge.logger.error({ err: error }, 'a frame handler failed'),
    };
    this.stopListening = [
      edge.signedOut.onChange(() => this.endSignedOut()),
      edge.banned.onChange(() => this.endBanned()),
    ];
  }

  get liveConnections(): number {
    return this.life.size;
  }

  override create(_port: number, options: GatewayOptions = {}): WebSocketServer {
    const name = withoutTrailingSlash(options.path ?? '/');
    const policy = this.edge.policies.get(name);
    if (!policy) throw new Error(`The gateway at ${name} has no access policy`);
    const server = new WebSocketServer({
      noServer: true,
      maxPayload: LIMITS.textFrame,
      perMessageDeflate: false,
      clientTracking: false, // `life` knows them
      WebSocket: EdgeSocket,
      closeTimeout: HEARTBEAT.closeMs,
      verifyClient: this.handshakes.verify,
      // A subprotocol that carries a credential is never echoed.
      handleProtocols: (offered) => (offered.has(PROTOCOL_VERSION) ? PROTOCOL_VERSION : false),
    } as ConstructorParameters<typeof WebSocketServer>[0]);
    const { frames: codec = namedFrames, limits = FRAME_LIMITS, waits = false } = options;
    this.paths.set(name, { name, server, policy, codec, rates: new FrameRates(limits), waits });
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
    const closing = [...this.life.connections()]
      .filter(({ facts }) => this.paths.get(facts.path)?.server === server)
      .map((connection) => {
        connection.fail(RESTARTING);
        const closed = new Promise<void>((resolve) => connection.onClose(resolve));
        connection.close(CloseCode.restarting, RESTARTING.message);
        return closed;
      });
    await Promise.all(closing);
    await Promise.all(this.unfinished);
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  override async dispose(): Promise<void> {
    for (const stop of this.stopListening) stop();
    const server = this.httpServer as Server;
    server.off('upgrade', this.handshakes.onUpgrade);
    this.paths.clear();
    // Nest could end what is not waited for, but by a listener to each connection.
    this.handshakes.endRefused();
    server.closeAllConnections();
  }

  private listenForUpgrades(): void {
    if (this.listensForUpgrades) return;
    (this.httpServer as Server).on('upgrade', this.handshakes.onUpgrade);
    this.listensForUpgrades = true;
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

  private readonly admit: Admit = (path, socket, connection, request, place) => {
    this.life.add(socket, connection);
    const { principal } = connection;
    if (principal) this.edge.connections.opened({ ...factsOf(connection, principal), since: Date.now() });
    socket.listen(new OpenSocket(socket, connection, path, this.parts, place), this.ears);
    if (!path.waits) path.connect?.(connection, request);
  };

  private readonly ears: SocketEars = {
    answered: (socket) => this.life.answered(socket),
    gone: (socket, open, code) => {
      this.life.remove(socket);
      const { connection } = open;
      if (connection.principal) this.edge.connections.closed(factsOf(connection, connection.principal));
      const work = open.closed();
      if (work) {
        this.unfinished.add(work);
        void work.finally(() => this.unfinished.delete(work));
      }
      connection.notifyClosed(code);
    },
    // ws has closed the connection with the right code (1009 too big, 1007 not UTF-8) by the time this is emitted.
    broke: ({ code }) => this.edge.logger.info({ code }, 'a socket broke'),
  };
}

const factsOf = ({ id, facts: { path } }: Connection, principal: Principal) => ({
  ...{ id, principalId: principal.id, kind: principal.kind, path },
});
