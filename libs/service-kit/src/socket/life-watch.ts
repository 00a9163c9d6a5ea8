import { CloseCode } from '@parley/errors';
import { HEARTBEAT, TOKEN_EXPIRING_MS } from '@parley/protocol';
import type { WebSocket } from 'ws';
import type { Connection } from './connection';

/** What is watched of each socket. */
interface Watched {
  connection: Connection;
  pingedAt: number;
  /** When the ping that waits for an answer was sent; 0 when none waits. */
  unansweredSince: number;
  warned: boolean;
  /** How long the socket may outlive its token: its refresh came and could not be checked. */
  graceMs: number;
}

/** Nobody is signed out by an outage of the keys, for so long. */
const OUTAGE_GRACE_MS = 300_000;

export interface LifeWatchOptions {
  everyMs?: number;
  pingMs?: number;
  deadMs?: number;
  expiringMs?: number;
  /** Tolerance added to a token's end. */
  toleranceMs?: number;
  now?: () => number;
}

/**
 * Watches all sockets of a process with one timer: pings, finds the dead, warns before a token ends and ends the sockets
 * whose token has. A timer per socket would cost more than the sockets when there are 20,000.
 */
export class LifeWatch {
  private readonly sockets = new Map<WebSocket, Watched>();
  private timer: NodeJS.Timeout | undefined;
  private readonly options: Required<LifeWatchOptions>;

  constructor(options: LifeWatchOptions = {}) {
    this.options = {
      everyMs: 1_000,
      pingMs: HEARTBEAT.pingMs,
      deadMs: HEARTBEAT.deadMs,
      expiringMs: TOKEN_EXPIRING_MS,
      toleranceMs: 5_000,
      now: Date.now,
      ...options,
    };
  }

  get size(): number {
    return this.sockets.size;
  }

  add(socket: WebSocket, connection: Connection): void {
    this.sockets.set(socket, {
      connection,
      pingedAt: this.options.now(),
      unansweredSince: 0,
      warned: false,
      graceMs: 0,
    });
    this.timer ??= setInterval(() => this.sweep(), this.options.everyMs).unref();
  }

  remove(socket: WebSocket): void {
    this.sockets.delete(socket);
    if (this.sockets.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  answered(socket: WebSocket): void {
    const watched = this.sockets.get(socket);
    if (watched) watched.unansweredSince = 0;
  }

  /** The token was renewed: warn again before the new end. */
  renewed(socket: WebSocket): void {
    const watched = this.sockets.get(socket);
    if (watched) Object.assign(watched, { warned: false, graceMs: 0 });
  }

  /** A refresh came and could not be checked: the socket may outlive its token by five minutes. */
  uncheckable(socket: WebSocket): void {
    const watched = this.sockets.get(socket);
    if (watched) watched.graceMs = OUTAGE_GRACE_MS;
  }

  /** Every connection that is watched. */
  connections(): Iterable<Connection> {
    return [...this.sockets.values()].map(({ connection }) => connection);
  }

  sweep(): void {
    const now = this.options.now();
    for (const [socket, watched] of this.sockets) {
      if (watched.unansweredSince > 0 && now - watched.unansweredSince >= this.options.deadMs) {
        socket.terminate();
        continue;
      }
      if (now - watched.pingedAt >= this.options.pingMs && socket.readyState === socket.OPEN) {
        watched.pingedAt = now;
        watched.unansweredSince ||= now;
        socket.ping();
      }
      this.watchToken(watched, now);
    }
  }

  private watchToken(watched: Watched, now: number): void {
    const { connection } = watched;
    const endsAt = connection.principal?.expiresAt;
    if (endsAt === undefined) return;
    if (now >= endsAt + this.options.toleranceMs + watched.graceMs)
      connection.close(CloseCode.tokenExpired, 'Token expired');
    else if (!watched.warned && now >= endsAt - this.options.expiringMs) {
      watched.warned = true;
      connection.send('tokenExpiring', { expiresInMs: Math.max(0, endsAt - now) });
    }
  }
}
