import {
  LEASE_RENEW_MS,
  type ConnectionCount,
  type ConnectionRegistry,
  type LiveConnection,
} from './connection-registry';

/**
 * Keeps the registry true for the sockets of this process. Nobody waits for it: who is connected is good to know, and a
 * socket lives without.
 */
export class OpenConnections {
  private timer: NodeJS.Timeout | undefined;
  /** What is on its way: nothing is kept for a connection that only stands open. */
  private readonly opening = new Map<string, Promise<void>>();
  private readonly closing = new Set<Promise<void>>();
  private readonly open = new Map<string, ConnectionCount>();

  constructor(
    private readonly registry: ConnectionRegistry,
    private readonly options: { renewMs?: number; onError?: ((error: unknown) => void) | undefined } = {},
  ) {}

  /** Says again and again from now on that this process lives. */
  start(): void {
    void this.tell();
    this.timer = setInterval(() => void this.tell(), this.options.renewMs ?? LEASE_RENEW_MS).unref();
  }

  /** Says that this process lives, and how many are connected to it. What fails is said again with the next sign of life. */
  async tell(): Promise<void> {
    await this.registry.renew([...this.open.values()]).catch(this.onError);
  }

  /** Resolves when what has closed is gone and the process has left, or could not say so; its lease ends then by itself. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.closing);
    await this.registry.leave().catch(this.onError);
  }

  opened(connection: LiveConnection): void {
    this.opening.set(connection.id, this.put(connection));
    this.count(connection, 1);
  }

  closed(connection: Omit<LiveConnection, 'since'>): void {
    this.count(connection, -1);
    const removed = this.remove(connection);
    this.closing.add(removed);
    void removed.then(() => this.closing.delete(removed));
  }

  private count({ path, kind }: Pick<LiveConnection, 'path' | 'kind'>, by: 1 | -1): void {
    const key = `${kind} ${path}`;
    const connections = (this.open.get(key)?.connections ?? 0) + by;
    if (connections === 0) this.open.delete(key);
    else this.open.set(key, { path, kind, connections });
  }

  private async put(connection: LiveConnection): Promise<void> {
    await this.registry.put(connection).catch(this.onError);
    this.opening.delete(connection.id);
  }

  /** After the put: one that overtook it would leave an open connection behind that is closed. */
  private async remove(connection: Pick<LiveConnection, 'id' | 'principalId'>): Promise<void> {
    await this.opening.get(connection.id);
    await this.registry.remove(connection).catch(this.onError);
  }

  private readonly onError = (error: unknown): void => this.options.onError?.(error);
}
