import { LEASE_RENEW_MS, type ConnectionRegistry, type LiveConnection } from './connection-registry';

/**
 * Keeps the registry true for the sockets of this process. Nobody waits for it: who is connected is good to know, and a
 * socket lives without.
 */
export class OpenConnections {
  private timer: NodeJS.Timeout | undefined;
  /** What is on its way: nothing is kept for a connection that only stands open. */
  private readonly opening = new Map<string, Promise<void>>();
  private readonly closing = new Set<Promise<void>>();

  constructor(
    private readonly registry: ConnectionRegistry,
    private readonly options: { renewMs?: number; onError?: ((error: unknown) => void) | undefined } = {},
  ) {}

  /** Says from now on that this process lives. */
  start(): void {
    const renew = () => void this.registry.renew().catch(this.onError);
    renew();
    this.timer = setInterval(renew, this.options.renewMs ?? LEASE_RENEW_MS).unref();
  }

  /** Resolves when what has closed is gone and the process has left, or could not say so; its lease ends then by itself. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.closing);
    await this.registry.leave().catch(this.onError);
  }

  opened(connection: LiveConnection): void {
    const { id } = connection;
    const put = this.registry.put(connection).catch(this.onError);
    this.opening.set(id, put);
    void put.then(() => this.opening.delete(id));
  }

  closed(connection: Pick<LiveConnection, 'id' | 'principalId'>): void {
    const removed = this.remove(connection);
    this.closing.add(removed);
    void removed.then(() => this.closing.delete(removed));
  }

  /** After the put: one that overtook it would leave an open connection behind that is closed. */
  private async remove(connection: Pick<LiveConnection, 'id' | 'principalId'>): Promise<void> {
    await this.opening.get(connection.id);
    await this.registry.remove(connection).catch(this.onError);
  }

  private readonly onError = (error: unknown): void => this.options.onError?.(error);
}
