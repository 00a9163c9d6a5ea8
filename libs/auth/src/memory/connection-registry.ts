import { randomUUID } from 'node:crypto';
import {
  LEASE_MS,
  type ConnectionCount,
  type ConnectionRegistry,
  type LiveConnection,
  type LiveProcess,
} from '../domain/connection-registry';

/** What processes of one test share. */
export class SharedConnections {
  readonly leases = new Map<string, LiveProcess>();
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
    const living = new Set((await this.processes()).map(({ id }) => id));
    return [...this.shared.connections.values()]
      .filter((each) => each.principalId === principalId && living.has(each.process))
      .map(({ process: _, ...connection }) => connection);
  }

  async renew(open: readonly ConnectionCount[]): Promise<void> {
    this.shared.leases.set(this.process, { id: this.process, toldAt: this.now(), open: [...open] });
  }

  async processes(): Promise<LiveProcess[]> {
    return [...this.shared.leases.values()].filter(({ toldAt }) => toldAt + LEASE_MS > this.now());
  }

  async leave(): Promise<void> {
    this.shared.leases.delete(this.process);
    for (const [id, { process }] of this.shared.connections)
      if (process === this.process) this.shared.connections.delete(id);
  }
}
