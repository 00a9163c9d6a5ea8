import type { Authenticator, Place } from '@parley/auth';
import { CloseCode, ParleyError, asParleyError } from '@parley/errors';
import { LIMITS } from '@parley/protocol';
import type { Logger } from 'pino';
import { lastValueFrom } from 'rxjs';
import type { WebSocket } from 'ws';
import { logError } from '../http/problem.filter';
import { runInContext } from '../logging/request-context';
import type { Connection } from './connection';
import { FrameAllowance } from './frame-allowance';
import { parseFrameObject, refOf } from './frame-codec';
import { FrameQueue } from './frame-queue';
import type { LifeWatch } from './life-watch';
import type { SocketPath } from './socket-path';

/** Refused refreshes that one connection may have; the next one ends it. */
const MAX_REFUSED_REFRESHES = 4;

export interface OpenSocketParts {
  authenticator: Pick<Authenticator, 'refresh'>;
  life: LifeWatch;
  logger: Logger;
  /** Told of a frame whose handling failed where nothing answered it. */
  onFault: (error: unknown) => void;
}

/**
 * A socket that was let in: its frames, in their order, and what prolongs it. Most stand open and say nothing, ten thousand
 * of them in a process: what only frames need is made with the first frame.
 */
export class OpenSocket {
  private frames: FrameQueue | undefined;
  private own: FrameAllowance | undefined;
  /** Of the person, over all of his connections. */
  private readonly ofPerson: FrameAllowance | undefined;
  private refusedRefreshes = 0;
  /** Nest has heard of it. */
  private isBound: boolean;

  constructor(
    private readonly socket: WebSocket,
    readonly connection: Connection,
    private readonly path: SocketPath,
    private readonly parts: OpenSocketParts,
    private readonly place: Place,
  ) {
    const { principal } = connection;
    this.ofPerson = principal && path.rates.of(principal).people.opened(principal.id);
    this.isBound = !path.waits;
  }

  receive(data: Buffer, isBinary: boolean): void {
    const { greeting } = this.connection;
    if (greeting) this.queue.add(() => greeting);
    if (!isBinary) this.queue.add(() => this.handleText(data));
    else if (this.frames?.idle !== false) this.handleBinary(data);
    else this.queue.add(() => this.handleBinary(data));
  }

  /** It is gone. @returns resolves when what was being handled when it closed is done; `undefined` when there was nothing */
  closed(): Promise<void> | undefined {
    const { frames, path } = this;
    const { principal } = this.connection;
    this.place.release();
    if (principal) path.rates.of(principal).people.closed(principal.id);
    frames?.clear();
    return frames?.idle === false ? frames.settled() : undefined;
  }

  private get queue(): FrameQueue {
    return (this.frames ??= new FrameQueue(this.socket, this.parts.onFault));
  }

  private get allowance(): FrameAllowance {
    return (this.own ??= new FrameAllowance(this.path.rates.of(this.connection.principal).limits));
  }

  private bind(): void {
    if (this.isBound) return;
    this.isBound = true;
    this.path.connect?.(this.connection);
  }

  private handleBinary(data: Buffer): void {
    const { connection } = this;
    this.allowance.begun();
    connection.currentRef = undefined; // that of the text frame before it
    if (data.length > LIMITS.binaryFrame) return connection.close(CloseCode.tooBig, 'This is too large');
    if (connection.onBinary) connection.onBinary(data);
    else
      connection.fail(new ParleyError('invalid_frame', { message: 'Binary frames are not expected here, or not yet' }));
  }

  private async handleText(data: Buffer): Promise<void> {
    const { connection } = this;
    await runInContext(connection.logContext(), async () => {
      connection.currentRef = undefined;
      try {
        const { name, body } = this.readFrame(data);
        if (name === 'tokenRefresh') return await this.refresh(body);
        this.bind();
        const { handlers = [], transform } = connection.bound ?? {};
        const handler = handlers.find(({ message }) => message === name);
        if (!handler || !transform) throw new ParleyError('unknown_event');
        // What handlers and guards throw is answered by the exception filter; what they return is sent as an answer.
        const result = await lastValueFrom(transform(handler.callback(body, name)), { defaultValue: undefined });
        if (isAnswer(result)) connection.send(result.event, result.data, connection.currentRef);
      } catch (thrown) {
        const error = asParleyError(thrown);
        logError(this.parts.logger, error);
        if (this.allowance.isAbused || this.ofPerson?.isAbused) connection.end(error, connection.currentRef);
        else connection.fail(error, connection.currentRef);
      }
    });
  }

  /** Size was checked by `ws`, then comes the rate, and only then what the frame says. */
  private readFrame(data: Buffer): { name: string; body: unknown } {
    let said: { name: string; body: unknown } | undefined;
    let fault: unknown;
    try {
      const frame = parseFrameObject(data.toString('utf8'));
      this.connection.currentRef = refOf(frame);
      said = this.path.codec.read(frame);
      if (this.allowance.isFree(said.name)) return said;
    } catch (error) {
      fault = error;
    }
    this.allowance.take();
    this.ofPerson?.take();
    if (said === undefined) throw fault;
    return said;
  }

  private async refresh(body: unknown): Promise<void> {
    const { connection, socket, path } = this;
    const { authenticator, life } = this.parts;
    try {
      if (!connection.principal) throw new ParleyError('invalid_token');
      const offered = typeof body === 'object' && body !== null ? body : {};
      const { uses } = path.policy;
      const { address } = connection.facts;
      connection.principal = await authenticator.refresh(connection.principal, offered, { uses, address });
      life.renewed(socket);
      const expiresAt = new Date(connection.principal.expiresAt).toISOString();
      connection.send('tokenRefreshed', { expiresAt }, connection.currentRef);
    } catch (thrown) {
      const error = asParleyError(thrown);
      if (error.kind === 'denied') this.refusedRefreshes += 1;
      if (error.kind === 'unavailable') life.uncheckable(socket);
      if (this.refusedRefreshes > MAX_REFUSED_REFRESHES) return connection.close(CloseCode.tokenExpired, error.message);
      throw error;
    }
  }
}

const isAnswer = (value: unknown): value is { event: string; data: unknown } =>
  typeof value === 'object' && value !== null && typeof (value as { event?: unknown }).event === 'string';
