import type { IncomingMessage } from 'node:http';
import type { SocketPolicy } from '@parley/auth';
import { WebSocket, type WebSocketServer } from 'ws';
import type { Connection } from './connection';
import { FrameAllowance, type FrameLimits } from './frame-allowance';
import type { FrameCodec } from './frame-codec';
import { FrameQueue } from './frame-queue';
import type { PersonAllowances } from './person-allowances';

/** One path of the service: its WebSocket server, its policy and its frames. */
export interface Path {
  name: string;
  server: WebSocketServer;
  policy: SocketPolicy;
  codec: FrameCodec;
  limits: FrameLimits;
  people: PersonAllowances;
  waits: boolean;
  connect?: (connection: Connection, request?: IncomingMessage) => void;
}

/** Who listens to all sockets of an edge. */
export interface SocketEars {
  heard(socket: EdgeSocket, open: OpenSocket, data: Buffer, isBinary: boolean): void;
  answered(socket: EdgeSocket): void;
  gone(socket: EdgeSocket, open: OpenSocket, code: number): void;
  broke(error: NodeJS.ErrnoException): void;
}

/** A socket that knows what the edge keeps of it, so that all of them share their listeners. */
export class EdgeSocket extends WebSocket {
  open!: OpenSocket;
  ears!: SocketEars;

  listen(open: OpenSocket, ears: SocketEars): void {
    this.open = open;
    this.ears = ears;
    this.on('message', onMessage).on('pong', onPong).on('close', onClose).on('error', ears.broke);
  }
}

function onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
  const { ears, open } = this as EdgeSocket;
  ears.heard(this as EdgeSocket, open, data as Buffer, isBinary);
}
function onPong(this: WebSocket): void {
  (this as EdgeSocket).ears.answered(this as EdgeSocket);
}
function onClose(this: WebSocket, code: number): void {
  const { ears, open } = this as EdgeSocket;
  ears.gone(this as EdgeSocket, open, code);
}

/**
 * What the edge keeps of an open socket. Most stand open and say nothing, ten thousand of them in a process: what only
 * frames need is made with the first frame.
 */
export class OpenSocket {
  refusedRefreshes = 0;
  /** Of the person, over all of his connections. */
  readonly ofPerson: FrameAllowance | undefined;
  private frames: FrameQueue | undefined;
  private own: FrameAllowance | undefined;
  /** Nest has heard of it. */
  private isBound: boolean;

  /** @param release gives its place back */
  constructor(
    readonly path: Path,
    readonly connection: Connection,
    private readonly release: () => void,
  ) {
    this.ofPerson = connection.principal && path.people.opened(connection.principal.id);
    this.isBound = !path.waits;
  }

  get allowance(): FrameAllowance {
    return (this.own ??= new FrameAllowance(this.path.limits));
  }

  /** No frame is being handled, and none waits. */
  get isIdle(): boolean {
    return this.frames?.idle !== false;
  }

  queue(socket: EdgeSocket, onError: (error: unknown) => void): FrameQueue {
    return (this.frames ??= new FrameQueue(socket, onError));
  }

  /** Tells Nest of it, where that waits for the first text frame. */
  bind(): void {
    if (this.isBound) return;
    this.isBound = true;
    this.path.connect?.(this.connection);
  }

  /** It is gone: nothing more is handled. @returns what is still being handled, where something is */
  close(): Promise<void> | undefined {
    this.release();
    const { principal } = this.connection;
    if (principal) this.path.people.closed(principal.id);
    this.frames?.clear();
    return this.isIdle ? undefined : this.frames?.settled();
  }
}
