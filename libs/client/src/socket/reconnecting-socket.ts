import type { Fetch } from '../core/authorized-fetch';
import { asClientError, networkError, offlineError, type ClientError } from '../core/client-error';
import { backoffMs, systemClock, type Clock, type Timer } from '../core/clock';
import { browserNetwork, type Network } from '../core/network';
import type { TokenProvider } from '../session/token-provider';
import { askWhy } from './ask-why';
import { verdictOnClose, type ClosedSocket, type Remedy, type SocketEnd } from './close-verdict';
import { admissionTo, type Credential } from './credential';
import { LineWatch } from './line-watch';
import { abandon, browserWebSocket, ignore, type WebSocketFactory, type WebSocketLike } from './web-socket';

export interface SocketOptions {
  tokenSource: TokenProvider;
  /** Where Parley is. Default: the page's own origin. */
  baseUrl?: string;
  /** How the socket says who is there. Default `subprotocol`. */
  credential?: Credential;
  /** Time from opening a socket to the owner's `ready()`. Default 15 s. */
  readyTimeoutMs?: number;
  /** Failed tries before a first connection is given up. Default 3. */
  maxAttempts?: number;
  /** How long a line that was up is looked for. Default: as long as it takes. */
  giveUpAfterMs?: number;
  webSocket?: WebSocketFactory;
  fetch?: Fetch;
  network?: Network;
  clock?: Clock;
  random?: () => number;
}

/** A line that is being looked for. */
export interface Search {
  /** From 1. */
  attempt: number;
  /** Why there is none. */
  error: ClientError;
  isOffline: boolean;
  /** Whether the line had been up before. */
  wasUp: boolean;
}

export interface SocketOwner {
  /** The handshake is done: say hello. Once the service has answered, call `ready()`. */
  socketOnOpen(): void;
  socketOnMessage(data: unknown): void;
  /** Brings a token in-band; the service answers it. */
  socketSayToken(token: string): void;
  socketOnSearch(search: Search): void;
  socketOnEnd(reason: SocketEnd): void;
  socketOnFail(error: ClientError, remedy: Remedy): void;
  /** Something that does not end the connection. */
  socketOnWarning(error: ClientError): void;
}

/** An attempt to renew a token in-band that failed is made again after this long. */
const RENEW_AGAIN_MS = 10_000;

/** One of Parley's WebSockets, found again when it is lost: the token, the close codes and the waiting are dealt with here. */
export class ReconnectingSocket {
  private readonly clock: Clock;
  private readonly network: Network;
  private readonly watch: LineWatch;
  private readonly atEnd: readonly (() => void)[];
  private socket?: WebSocketLike;
  private isReady = false;
  private wasReady = false;
  private over = false;
  private attempts = 0;
  private token?: string;
  private refusedToken?: string;
  private timer?: Timer;
  private renewal?: Timer;
  private deadline?: Timer;
  /** Waiting for no other reason than politeness: worth a try at once when the network is back. */
  private isIdle = false;
  private lastError?: ClientError;
  private comeBackMs?: number;
  private lostSince?: number;
  private closeCode?: number;

  constructor(
    private readonly path: string,
    private readonly options: SocketOptions,
    private readonly owner: SocketOwner,
  ) {
    this.clock = options.clock ?? systemClock;
    this.network = options.network ?? browserNetwork;
    this.watch = new LineWatch(this.clock, { ask: () => void this.sayToken(0), dead: () => this.lost() });
    this.atEnd = [
      this.network.onReturn(() => this.networkReturned()),
      // An open socket does not hear of it, and takes for sent what it is given.
      this.network.onLoss(() => this.watch.doubt()),
    ];
  }

  /** The socket, while it is up and ready. */
  get line(): WebSocketLike | undefined {
    return this.isReady ? this.socket : undefined;
  }

  /** When the line was lost, in ms of the clock; undefined while it is up. */
  get lostAt(): number | undefined {
    return this.lostSince;
  }

  /** Of the last close that was not this client's own. */
  get lastCloseCode(): number | undefined {
    return this.closeCode;
  }

  async open(): Promise<void> {
    const { tokenSource, webSocket = browserWebSocket } = this.options;
    this.isIdle = false;
    let admission;
    try {
      this.token = await tokenSource.token({ refused: this.refusedToken });
      admission = await admissionTo(this.path, this.token, this.options);
    } catch (thrown) {
      const error = asClientError(thrown);
      return error.kind === 'denied' ? this.fail(error, 'sign-in') : this.tryAgain(error, error.retryAfterMs);
    }
    if (this.over) return;
    const socket = webSocket(admission.url, admission.protocols);
    this.socket = socket;
    this.lastError = undefined;
    let opened = false;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      opened = true;
      this.owner.socketOnOpen();
    };
    socket.onerror = ignore;
    socket.onmessage = ({ data }) => {
      this.watch.heard();
      this.owner.socketOnMessage(data);
    };
    socket.onclose = ({ code, reason }) => void this.closed({ code, reason, opened, lastError: this.lastError });
    this.startTimer(this.options.readyTimeoutMs ?? 15_000, () => this.lost());
  }

  /** The service has answered the hello: the line is up, and earlier failures are forgotten. */
  ready(): void {
    this.clock.cancel(this.timer);
    this.clock.cancel(this.deadline);
    this.isReady = this.wasReady = true;
    this.attempts = 0;
    this.deadline = this.refusedToken = this.comeBackMs = this.lostSince = undefined;
    this.watch.start();
  }

  /** What the service said last; a close that follows is explained by it. */
  noteError(error: ClientError): void {
    this.lastError = error;
  }

  /** The service asks to come back after this long, once it has closed. */
  noteComeBack(afterMs: number): void {
    this.comeBackMs = afterMs;
  }

  /** The token of this line ends soon: brings a new one, and again if none could be had. */
  noteTokenExpiring(expiresInMs: number): void {
    void this.sayToken(expiresInMs + 5_000);
  }

  /** Sends a text frame; without a line it is lost. */
  send(frame: object): void {
    this.socket?.send(JSON.stringify(frame));
  }

  /** Gives the line up for dead and looks for another. */
  lost(error = this.lossError()): void {
    this.drop();
    this.tryAgain(error, error.retryAfterMs);
  }

  /** For good. The owner is not told. */
  close(): void {
    this.over = true;
    for (const end of this.atEnd) end();
    this.drop();
    this.clock.cancel(this.deadline);
  }

  private async closed(socket: ClosedSocket): Promise<void> {
    this.closeCode = socket.code;
    this.drop();
    const verdict = verdictOnClose(socket);
    if (verdict.act === 'end') {
      this.close();
      return this.owner.socketOnEnd(verdict.reason);
    }
    if (verdict.act === 'fail') {
      if (verdict.error.code === 'signed_out') this.lookWhetherOver();
      return this.fail(verdict.error, verdict.remedy);
    }
    if (verdict.freshToken === true && !this.markRefused()) return this.fail(verdict.error, 'sign-in');
    const asks = verdict.askWhy === true && this.network.isOnline;
    const why = asks && this.token !== undefined ? await askWhy(this.options, this.token) : undefined;
    if (this.over) return;
    if (why?.code === 'origin_not_allowed') return this.fail(why, 'none');
    if (why?.status === 401 && !this.markRefused()) return this.fail(why, 'sign-in');
    const error = why ?? (verdict.error.code === 'network' ? this.lossError() : verdict.error);
    this.tryAgain(error, this.comeBackMs ?? why?.retryAfterMs ?? verdict.afterMs);
  }

  /**
   * Somebody may have signed out elsewhere, on every device: whoever keeps the sign-in finds out by renewing it, and what else it
   * is shown by ends too. A guest would only be made anew.
   */
  private lookWhetherOver(): void {
    const { tokenSource } = this.options;
    if (tokenSource.credential !== 'guest') tokenSource.token({ refused: this.token }).catch(ignore);
  }

  /** False when a token was refused before, and this one after it: a third will not help either. */
  private markRefused(): boolean {
    if (this.refusedToken !== undefined) return false;
    this.refusedToken = this.token;
    return true;
  }

  private networkReturned(): void {
    if (this.over) return;
    if (this.isReady) return this.watch.doubt();
    if (!this.isIdle) return;
    this.clock.cancel(this.timer);
    void this.open();
  }

  private tryAgain(error: ClientError, afterMs = 0): void {
    if (this.over) return;
    this.attempts += 1;
    if (!this.wasReady && this.attempts > (this.options.maxAttempts ?? 3)) return this.giveUp(error);
    const wait = Math.max(backoffMs(this.attempts, { random: this.options.random }), afterMs);
    if (!this.startDeadline(error, wait)) return this.giveUp(error);
    const { attempts: attempt, wasReady: wasUp } = this;
    this.owner.socketOnSearch({ attempt, error, wasUp, isOffline: !this.network.isOnline });
    if (this.over) return;
    this.startTimer(wait, () => void this.open());
    this.isIdle = afterMs === 0;
  }

  /** False when the next try would come too late. */
  private startDeadline(error: ClientError, waitMs: number): boolean {
    const { giveUpAfterMs } = this.options;
    if (!this.wasReady || giveUpAfterMs === undefined) return true;
    const leftMs = (this.lostSince ?? this.clock.now()) + giveUpAfterMs - this.clock.now();
    this.clock.cancel(this.deadline);
    this.deadline = this.clock.after(leftMs, () => this.giveUp(error));
    return waitMs < leftMs;
  }

  private giveUp(error: ClientError): void {
    this.fail(error, error.kind === 'denied' ? 'sign-in' : 'retry');
  }

  private fail(error: ClientError, remedy: Remedy): void {
    if (this.over) return;
    this.close();
    this.owner.socketOnFail(error, remedy);
  }

  private drop(): void {
    for (const timer of [this.timer, this.renewal]) this.clock.cancel(timer);
    this.watch.stop();
    if (this.socket !== undefined) abandon(this.socket, { forGood: this.over });
    this.socket = undefined;
    this.isReady = this.isIdle = false;
    this.lostSince ??= this.clock.now();
  }

  private async sayToken(minValidityMs: number): Promise<void> {
    const { line } = this;
    try {
      const token = await this.options.tokenSource.token({ minValidityMs });
      if (line === undefined || line !== this.line) return;
      // A cookie is not said in-band. A line in doubt is believed then: the browser notices, later, that it is dead.
      if (token === '') return this.watch.heard();
      this.owner.socketSayToken(token);
    } catch (thrown) {
      if (line === undefined || line !== this.line) return;
      const error = asClientError(thrown);
      // The line lives to its token's end; the close that follows then says the rest.
      this.owner.socketOnWarning(error);
      if (error.kind === 'denied') return;
      this.clock.cancel(this.renewal);
      this.renewal = this.clock.after(RENEW_AGAIN_MS, () => void this.sayToken(minValidityMs));
    }
  }

  private lossError(): ClientError {
    return this.network.isOnline ? networkError() : offlineError();
  }

  private startTimer(ms: number, run: () => void): void {
    this.clock.cancel(this.timer);
    this.timer = this.clock.after(ms, run);
  }
}
