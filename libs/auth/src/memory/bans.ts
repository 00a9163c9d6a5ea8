import type { Ban, Bans } from '../domain/bans';

/** Bans in memory: for tests, and for a service of a single process. */
export class MemoryBans implements Bans {
  private readonly bans = new Map<string, Ban>();

  async add(ban: Ban): Promise<void> {
    this.bans.set(ban.principalId, ban);
  }

  async lift(principalId: string): Promise<void> {
    this.bans.delete(principalId);
  }

  async all(): Promise<Ban[]> {
    return [...this.bans.values()];
  }
}
