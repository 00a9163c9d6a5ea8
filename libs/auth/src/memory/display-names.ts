import type { DisplayNames } from '../domain/display-names';

/** Display names in memory: for tests. */
export class MemoryDisplayNames implements DisplayNames {
  private readonly names = new Map<string, string>();

  async get(principalId: string): Promise<string | undefined> {
    return this.names.get(principalId);
  }
  async remember(principalId: string, name: string): Promise<void> {
    if (!this.names.has(principalId)) this.names.set(principalId, name);
  }
  async set(principalId: string, name: string): Promise<void> {
    this.names.set(principalId, name);
  }
}
