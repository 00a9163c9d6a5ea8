import { BEARER_SUBPROTOCOL, PROTOCOL_VERSION } from '@parley/protocol';
import type { Fetch } from '../core/authorized-fetch';
import { asClientError, errorOfResponse, networkError, type ClientError } from '../core/client-error';
import { backoffMs, systemClock, type Clock, type Timer } from '../core/clock';
import { httpUrl, socketUrl } from '../core/urls';
import type { TokenProvider } from '../session/token-provider';
import { verdictOnClose, type ClosedSocket, type Remedy, type SocketEnd } from './close-verdict';
import { abandon, browserWebSocket, type WebSocketFactory, type WebSocketLike } from './web-socket';

export interface SocketOptions {
  tokenSource: TokenProvider;
  /** Where Parley is. Default: the page's own origin. */
  baseUrl?: string;
  /** Time from opening a socket to the owner's `ready()`. Default 15 s. */
  readyTimeoutMs?: number;
  /** Failed tries in a row before it gives up: of a first connection, of one that was up. Default 3 and 8 (about 45 s). */
  maxAttempts?: { first: number; again: number };
  webSocket?: WebSocketFactory;
  fetch?: Fetch;
  clock?: Clock;
  random?: () => number;
}

export interface SocketOwner {
  /** The handshake is done: say hello. Once the service has answered, call `ready()`. */
  socketOnOpen(): void;
  socketOnMessage(data: unknown): void;
  /** The line was lost; this is the n-th try to find it again. Not told before the line was up for the first time. */
  socketOnRetry(attempt: number): void;
  socketOnEnd(reason: SocketEnd): void;
  socketOnFail(error: ClientError, remedy: Remedy): void;
}

/** One of Parley's WebSockets, found again when it is lost: the token, the close codes and the waiting are dealt with here. */
export class ReconnectingSocket {
  private readonly clock: Clock;
  private socket?: WebSocketLike;
  private isReady = false;
  private wasReady = false;
  private over = false;
  private attempts = 0;
  private token?: string;
  private refusedToken?: string;
  private timer?: Timer;
  private lastError?: ClientError;
  private comeBackMs?: number;
  private lostSince?: number;

  constructor(
    private readonly path: string,
    private readonly options: SocketOptions,
    private readonly owner: SocketOwner,
  ) {
    this.clock = options.clock ?? systemClock;
  }

  /** The socket, while it is up and ready. */
  get line(): WebSocketLike | undefined {
    return this.isReady ? this.socket : undefined;
  }

  /** When the line was lost, in ms of the clock; undefined while it is up. */
  get lostAt(): number | undefined {
    return this.lostSince;
  }

  async open(): Promise<void> {
    const { tokenSource, baseUrl = '', webSocket = browserWebSocket } = this.options;
    try {
      this.token = await tokenSource.token({ refused: this.refusedToken });
    } catch (thrown) {
      const error = asClientError(thrown);
      return error.kind === 'denied' ? this.fail(error, 'sign-in') : this.tryAgain(error, error.retryAfterMs);
    }
    if (this.over) return;
    const socket = webSocket(socketUrl(baseUrl, this.path), [PROTOCOL_VERSION, BEARER_SUBPROTOCOL + this.token]);
    this.socket = socket;
    this.lastError = undefined;
    let opened = false;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      opened = true;
      this.owner.socketOnOpen();
    };
    socket.onmessage = ({ data }) => this.owner.socketOnMessage(data);
    socket.onclose = ({ code, reason }) => void this.closed({ code, reason, opened, lastError: this.lastError });
    this.startTimer(this.options.readyTimeoutMs ?? 15_000, () => this.lost());
  }

  /** The service has answered the hello: the line is up, and earlier failures are forgotten. */
  ready(): void {
    this.clock.cancel(this.timer);
    this.isReady = this.wasReady = true;
    this.attempts = 0;
    this.refusedToken = this.comeBackMs = this.lostSince = undefined;
  }

  /** What the service said last; a close that follows is explained by it. */
  noteError(error: ClientError): void {
    this.lastError = error;
  }

  /** The service asks to come back after this long, once it has closed. */
  noteComeBack(afterMs: number): void {
    this.comeBackMs = afterMs;
  }

  /** Sends a text frame; without a line it is lost. */
  send(frame: object): void {
    this.socket?.send(JSON.stringify(frame));
  }

  /** Gives the line up for dead and looks for another. */
  lost(): void {
    this.drop();
    this.tryAgain(networkError());
  }

  /** For good. The owner is not told. */
  close(): void {
    this.over = true;
    this.drop();
  }

  private async closed(socket: ClosedSocket): Promise<void> {
    this.drop();
    const verdict = verdictOnClose(socket);
    if (verdict.act === 'end') {
      this.over = true;
      return this.owner.socketOnEnd(verdict.reason);
    }
    if (verdict.act === 'fail') return this.fail(verdict.error, verdict.remedy);
    if (verdict.freshToken === true && !this.markRefused()) return this.fail(verdict.error, 'sign-in');
    const why = verdict.askWhy === true ? await this.askWhy() : undefined;
    if (this.over) return;
    if (why?.status === 401 && !this.markRefused()) return this.fail(why, 'sign-in');
    this.tryAgain(why ?? verdict.error, this.comeBackMs ?? why?.retryAfterMs ?? verdict.afterMs);
  }

  /** False when a token was refused before, and this one after it: a third will not help either. */
  private markRefused(): boolean {
    if (this.refusedToken !== undefined) return false;
    this.refusedToken = this.token;
    return true;
  }

  /** A browser sees only 1006 of a refused handshake; this route says why. Undefined: nothing is wrong with us. */
  private async askWhy(): Promise<ClientError | undefined> {
    const send = this.options.fetch ?? ((input, init) => fetch(input, init));
    try {
      const response = await send(httpUrl(this.options.baseUrl ?? '', '/api/session/me'), {
        headers: { authorization: `Bearer ${this.token}` },
        signal: AbortSignal.timeout(5_000),
      });
      return response.ok ? undefined : await errorOfResponse(response);
    } catch {
      return networkError();
    }
  }

  private tryAgain(error: ClientError, afterMs = 0): void {
    if (this.over) return;
    this.attempts += 1;
    const { first, again } = this.options.maxAttempts ?? { first: 3, again: 8 };
    if (this.attempts > (this.wasReady ? again : first)) {
      return this.fail(error, error.kind === 'denied' ? 'sign-in' : 'retry');
    }
    if (this.wasReady) this.owner.socketOnRetry(this.attempts);
    const wait = Math.max(backoffMs(this.attempts, { random: this.options.random }), afterMs);
    this.startTimer(wait, () => void this.open());
  }

  private fail(error: ClientError, remedy: Remedy): void {
    if (this.over) return;
    this.close();
    this.owner.socketOnFail(error, remedy);
  }

  private drop(): void {
    this.clock.cancel(this.timer);
    if (this.socket !== undefined) abandon(this.socket);
    this.socket = undefined;
    this.isReady = false;
    this.lostSince ??= this.clock.now();
  }

  private startTimer(ms: number, run: () => void): void {
    this.clock.cancel(this.timer);
    this.timer = this.clock.after(ms, run);
  }
}
