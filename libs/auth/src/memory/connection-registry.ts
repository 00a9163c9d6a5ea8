import { randomUUID } from 'node:crypto';
import { LEASE_MS, type ConnectionRegistry, type LiveConnection } from '../domain/connection-registry';

/** What processes of one test share. */
export class SharedConnections {
  readonly leases = new Map<string, number>();
  readonly connections = new Map<string, LiveConnection & { process: string }>();
}

/** Connections in memory: for tests, and for a service of a single process. */
export class MemoryConnectionRegistry implements ConnectionRegistry {
  private readonly process = randomUUID();

  constructor(
    private readonly shared = new SharedConnections(),
    private readonly now: () => number = Date.now,
  ) {}

  async put(connection: LiveConnection): Promise<void> {
    this.shared.connections.set(connection.id, { ...connection, process: this.process });
  }

  async remove({ id }: Pick<LiveConnection, 'id'>): Promise<void> {
    this.shared.connections.delete(id);
  }

  async forget(principalId: string, until: number): Promise<void> {
    for (const [id, connection] of this.shared.connections)
      if (connection.principalId === principalId && connection.since <= until) this.shared.connections.delete(id);
  }

  async of(principalId: string): Promise<LiveConnection[]> {
    const living = await this.processes();
    return [...this.shared.connections.values()]
      .filter((each) => each.principalId === principalId && living.has(each.process))
      .map(({ process: _, ...connection }) => connection);
  }

  async renew(): Promise<void> {
    this.shared.leases.set(this.process, this.now() + LEASE_MS);
  }

  async processes(): Promise<Set<string>> {
    return new Set([...this.shared.leases].filter(([, endsAt]) => endsAt > this.now()).map(([process]) => process));
  }

  async leave(): Promise<void> {
    this.shared.leases.delete(this.process);
    for (const [id, { process }] of this.shared.connections)
      if (process === this.process) this.shared.connections.delete(id);
  }
}
