import type { Principal } from '@parley/auth';
import { CloseCode, ParleyError } from '@parley/errors';
import { AUDIO } from '@parley/protocol';
import type { Connection } from '@parley/service-kit';
import type { Call, CallEnd } from '../call/call';
import type { Caller } from '../call/ports/caller.port';
import { AudioAllowance } from './audio-allowance';

/** A connection and the call it takes part in. */
interface Seat {
  call: Call;
  caller: Caller;
  /** Whether whoever loses the connection can come back to the call. */
  resumable: boolean;
  allowance: AudioAllowance;
}

/** How long a call may go on here after the process was told to leave, waiting for a quiet moment. By chance up to this. */
const MOVE_WITHIN_MS = 8_000;
/** Callers who move come back within this time, by chance, not all at once. */
const MOVE_SPREAD_MS = 1_000;

/** Who sits at which call: one connection a call, the newest. */
export class Seats {
  private readonly byConnection = new Map<Connection, Seat>();
  private readonly byCall = new Map<Call, Connection>();
  private readonly watched = new WeakSet<Call>();

  constructor(
    private readonly options: {
      moveWithinMs?: number;
      random?: () => number;
      onDropped?: (ms: number) => void;
      /** Who was signed out does not come back to a call. */
      isSignedOut?: (caller: Principal) => boolean;
    } = {},
  ) {}

  has(connection: Connection): boolean {
    return this.byConnection.has(connection);
  }

  /** @throws ParleyError `invalid_frame` */
  callOf(connection: Connection): Call {
    const seat = this.byConnection.get(connection);
    if (!seat) throw new ParleyError('invalid_frame', { message: 'No call has begun: say callStart first' });
    return seat.call;
  }

  /** Gives a call to a connection; whoever held it before is told that it was replaced. */
  take(
    connection: Connection,
    call: Call,
    caller: Caller,
    { resumed, resumable }: { resumed: boolean; resumable: boolean },
  ): void {
    const before = this.byCall.get(call);
    this.byCall.set(call, connection);
    this.byConnection.set(connection, { call, caller, resumable, allowance: new AudioAllowance({ resumed }) });
    if (before) {
      this.vacate(before);
      before.close(CloseCode.replaced, 'The call goes on over a newer connection');
    }
    call.attach(caller);
    connection.onBinary = (frame) => this.hear(connection, frame);
    if (!this.watched.has(call)) {
      this.watched.add(call);
      void call.ended.then((end) => this.callEnded(call, end));
    }
    if (!connection.isOpen) this.leave(connection);
  }

  /** The hot path: checks that cost nothing, no copy, no await. */
  hear(connection: Connection, frame: Buffer): void {
    const seat = this.byConnection.get(connection);
    if (!seat) {
      const error = new ParleyError('invalid_frame', { message: 'No call has begun: say callStart first' });
      return connection.fail(error, connection.currentRef);
    }
    if (frame.length < AUDIO.bytesPerSample || frame.length % AUDIO.bytesPerSample !== 0) {
      return connection.fail(
        new ParleyError('invalid_frame', { message: 'Audio must be PCM16: an even number of bytes, at least 2' }),
        connection.currentRef,
      );
    }
    if (seat.allowance.admits(frame.length)) return seat.call.hear(frame);
    const droppedMs = seat.allowance.takeDroppedMs();
    if (droppedMs === 0) return;
    this.options.onDropped?.(droppedMs);
    connection.fail(new ParleyError('audio_dropped', { facts: { droppedMs } }));
  }

  /** The connection is gone: who closed it on purpose has hung up, who lost it may come back. */
  leave(connection: Connection): void {
    const seat = this.byConnection.get(connection);
    if (!seat) return;
    this.vacate(connection);
    this.byCall.delete(seat.call);
    if (connection.closedWith === CloseCode.done) void seat.call.end('hangup');
    else if (seat.resumable && !this.isSignedOut(connection)) seat.call.detach();
    else void seat.call.end('disconnected');
  }

  private isSignedOut({ principal }: Connection): boolean {
    return principal !== undefined && this.options.isSignedOut?.(principal) === true;
  }

  /** Ends every call here, at a quiet moment each, so that another replica goes on with it. */
  async move(calls: readonly Call[]): Promise<void> {
    const { moveWithinMs = MOVE_WITHIN_MS, random = Math.random } = this.options;
    await Promise.all(calls.map((call) => call.move(random() * moveWithinMs)));
  }

  /** Nest holds on to the connection that closed last: it must not hold its call too. */
  private vacate(connection: Connection): void {
    this.byConnection.delete(connection);
    connection.onBinary = ignore;
  }

  private callEnded(call: Call, { reason, durationMs }: CallEnd): void {
    const connection = this.byCall.get(call);
    const seat = connection && this.byConnection.get(connection);
    this.byCall.delete(call);
    if (!connection || !seat) return;
    this.vacate(connection);
    if (reason === 'restarting') {
      // Said only now: what was said is stored, so whoever goes on with the call reads it.
      const { random = Math.random } = this.options;
      seat.caller.send('callMoving', { retryAfterMs: Math.floor(random() * MOVE_SPREAD_MS) });
      return connection.close(CloseCode.restarting, 'The call goes on elsewhere; connect again');
    }
    if (reason === 'replaced') return connection.close(CloseCode.replaced, 'The call goes on over a newer connection');
    if (call.failed) connection.fail(call.failed);
    seat.caller.send('callEnded', { reason, durationMs, usage: call.usage });
    if (reason === 'model_failed') connection.close(CloseCode.tryLater, call.failed?.message);
    else if (reason === 'idle') connection.close(CloseCode.idle, 'Nobody said anything for long');
    else if (reason === 'removed') connection.close(CloseCode.done, 'The conversation is no longer open to you');
    else connection.close(CloseCode.done, 'Call ended');
  }
}

/** Audio that was under way when its call ended or went elsewhere. */
const ignore = (): void => undefined;
