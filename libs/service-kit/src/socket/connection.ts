import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Principal } from '@parley/auth';
import { CloseCode, ParleyError } from '@parley/errors';
import type { Observable } from 'rxjs';
import type { WebSocket } from 'ws';
import { currentContext } from '../logging/request-context';
import type { FrameCodec } from './frame-codec';
import type { SharedFrame } from './shared-frame';

/** A reader this far behind is dropped: nothing waits for it and nothing is kept for it. */
const MAX_BUFFERED_BYTES = 4 << 20;

/** Unique everywhere, and no secret: a random name of this process, and a number. A random one for each would cost more. */
const PROCESS = randomUUID();
let opened = 0;

/** One WebSocket of one principal, as gateways see it. */
export class Connection {
  private readonly number = (opened += 1);
  /** Who it is, with the rights of the token that is valid now. Only a public path has none. */
  principal: Principal | undefined;
  /** Takes binary frames, in the order of all frames. Without it a binary frame is answered as not valid. */
  onBinary: ((data: Buffer) => void) | undefined;
  /** `ref` of the frame being handled, for the error that answers it. */
  currentRef: string | undefined;
  /** The code it was closed with, by either end; 1006 when it broke. `undefined` while it is open. */
  closedWith: number | undefined;
  /** What Nest bound to it: the gateway's handlers by the message they answer. */
  bound:
    { handlers: readonly MessageMappingProperties[]; transform: (result: unknown) => Observable<unknown> } | undefined;
  /** Resolves when the gateway has said what it says first; `undefined` from then on, and where it says nothing. */
  greeting: Promise<void> | undefined;
  private closeListeners: (() => void)[] | undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly codec: FrameCodec,
    readonly facts: {
      /** The id that the edge gave the handshake. */
      requestId: string;
      path: string;
      principal: Principal | undefined;
      /** The address that limits count by. */
      address: string;
      /** `?sessionId=`: a name inside the caller's own history, which opens nothing by itself. */
      label: string | undefined;
      /** A guest's session that was issued at the handshake and has no cookie to be in; for `welcome`, never for a log. */
      guestSession: string | undefined;
    },
  ) {
    this.principal = facts.principal;
  }

  /** Put together when somebody asks: it would be the longest text that an idle socket holds. */
  get id(): string {
    return `${PROCESS}.${this.number}`;
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  /** Bytes that the reader has not taken yet. */
  get bufferedBytes(): number {
    return this.socket.bufferedAmount;
  }

  /** No frame is looked at before this has settled: by then the gateway has said what comes before every answer. */
  greetFirst(greeting: Promise<unknown>): void {
    const settled = () => void (this.greeting = undefined);
    this.greeting = greeting.then(settled, settled);
  }

  /** Says something. Never waits; what cannot be delivered is dropped with the connection. */
  send(name: string, body: unknown, ref?: string): void {
    this.write(this.codec.write(name, body, ref));
  }

  /**
   * Sends what was framed once for many, in its turn among all frames. The bytes go to the stream below `ws`, which has no
   * queue of its own here: nothing is compressed.
   */
  sendShared(frame: SharedFrame): void {
    if (!this.isTaking()) return;
    (this.socket as unknown as { _socket: Writable })._socket.write(frame);
  }

  /** Sends a binary frame without copying it. */
  sendBinary(data: Uint8Array): void {
    this.write(data);
  }

  /** Says an `error` event; the connection goes on. @param ref of the frame that it answers, where it answers one */
  fail(error: ParleyError, ref?: string): void {
    this.send('error', { ...error.facts(), ...(ref === undefined ? {} : { ref }) }, ref);
  }

  /** Ends the connection for an error: an `error` event first where it says "later", then the close code of its code. */
  end(error: ParleyError, ref?: string): void {
    if (error.retryAfterMs !== undefined) this.fail(error, ref);
    this.close(error.closeCode('open'), error.message);
  }

  /** Starts the close handshake. Its reason is for people and at most 123 bytes. */
  close(code: CloseCode = CloseCode.done, reason = ''): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.close(code, reason);
  }

  /** Called once, when the connection is gone, whoever ended it. */
  onClose(listener: () => void): void {
    (this.closeListeners ??= []).push(listener);
  }

  /** Called by the socket edge. */
  notifyClosed(code: number): void {
    this.closedWith = code;
    const listeners = this.closeListeners;
    this.closeListeners = undefined;
    for (const listener of listeners ?? []) listener();
  }

  /** Nest's default exception filter emits `exception` at clients that are no native sockets: answered as any error. */
  emit(event: string): boolean {
    if (event === 'exception') this.fail(new ParleyError('internal'), this.currentRef);
    return true;
  }

  private write(data: string | Uint8Array): void {
    if (this.isTaking()) this.socket.send(data, { binary: typeof data !== 'string' });
  }

  private isTaking(): boolean {
    if (this.socket.readyState !== this.socket.OPEN) return false;
    if (this.socket.bufferedAmount <= MAX_BUFFERED_BYTES) return true;
    this.socket.close(CloseCode.tryLater, 'You read too slowly');
    return false;
  }

  /** What log lines of this connection carry. */
  logContext() {
    return {
      requestId: currentContext()?.requestId ?? this.facts.requestId,
      connectionId: this.id,
      ...(this.principal ? { principalId: this.principal.id } : {}),
    };
  }
}
