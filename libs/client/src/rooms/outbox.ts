import { asClientError, type ClientError } from '../core/client-error';
import { backoffMs, type Clock } from '../core/clock';
import type { RoomLine, RoomServerEvents } from './room-wire';

/** A message of this person that is not known to be in the log. */
export interface Outgoing {
  clientId: string;
  text: string;
  createdAt: string;
  /** It was refused, and is not tried again by itself. */
  error?: ClientError;
}
type Ack = RoomServerEvents['ack'];
interface Waiting extends Outgoing {
  resolve(ack: Ack): void;
  reject(error: ClientError): void;
}

/**
 * Messages on their way into the log, one after the other, so that they keep their order. The same `clientId` is sent
 * again until it is acknowledged, over as many lines as it takes: the server knows a repeated one and answers alike.
 */
export class Outbox {
  private waiting: readonly Waiting[] = [];
  private isAsking = false;
  private attempts = 0;

  constructor(
    private readonly conversationId: string,
    private readonly line: RoomLine,
    private readonly clock: Clock,
    private readonly changed: () => void,
  ) {}

  get messages(): readonly Outgoing[] {
    return this.waiting.map(({ clientId, text, createdAt, error }) => ({
      clientId,
      text,
      createdAt,
      ...(error === undefined ? {} : { error }),
    }));
  }

  send(clientId: string, text: string): Promise<Ack> {
    return new Promise((resolve, reject) => {
      const createdAt = new Date(this.clock.now()).toISOString();
      this.waiting = [...this.waiting, { clientId, text, createdAt, resolve, reject }];
      this.changed();
      void this.tryNext();
    });
  }

  /** Its message came back before its acknowledgement, or instead of it. */
  arrived(clientId: string, ack: Ack): void {
    const message = this.waiting.find((one) => one.clientId === clientId);
    if (message === undefined) return;
    this.drop(message);
    message.resolve(ack);
  }

  /** A refused one is no longer wanted. */
  forget(clientId: string): void {
    const message = this.waiting.find((one) => one.clientId === clientId);
    if (message?.error !== undefined) this.drop(message);
  }

  /** Sends the oldest that was not refused; also to be called when the line is up (again). */
  async tryNext(): Promise<void> {
    const message = this.waiting.find(({ error }) => error === undefined);
    if (message === undefined || this.isAsking || !this.line.isUp) return;
    this.isAsking = true;
    const { clientId, text } = message;
    let pauseMs = 0;
    try {
      const ack = await this.line.ask('sendMessage', { conversationId: this.conversationId, clientId, text }, 'ack');
      this.arrived(clientId, ack);
      this.attempts = 0;
    } catch (thrown) {
      pauseMs = this.failed(message, asClientError(thrown));
    }
    this.isAsking = false;
    if (pauseMs === 0) return this.tryNext();
    this.clock.after(pauseMs, () => void this.tryNext());
  }

  /** How long to wait before the next try; 0 for one that was refused. */
  private failed(message: Waiting, error: ClientError): number {
    if (error.kind === 'unavailable') {
      this.attempts += 1;
      return Math.max(error.retryAfterMs ?? 0, backoffMs(this.attempts));
    }
    // Its message may have come in the meantime.
    if (!this.waiting.includes(message)) return 0;
    message.error = error;
    this.changed();
    message.reject(error);
    return 0;
  }

  private drop(message: Waiting): void {
    this.waiting = this.waiting.filter((one) => one !== message);
    this.changed();
  }
}
