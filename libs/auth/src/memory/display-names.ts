import type { DisplayNames, Named } from '../domain/display-names';

/** Display names in memory: for tests. */
export class MemoryDisplayNames implements DisplayNames {
  private readonly names = new Map<string, { name: string; endsAt: number }>();

  constructor(private readonly now: () => number = Date.now) {}

  async get(who: Named): Promise<string | undefined> {
    const known = this.names.get(who.id);
    if (!known || known.endsAt <= this.now()) return undefined;
    known.endsAt = Math.max(known.endsAt, endOf(who));
    return known.name;
  }
  async remember(who: Named, name: string): Promise<void> {
    if (!this.names.has(who.id)) await this.set(who, name);
  }
  async set(who: Named, name: string): Promise<void> {
    this.names.set(who.id, { name, endsAt: endOf(who) });
  }
  async forget({ id }: Pick<Named, 'id'>): Promise<void> {
    this.names.delete(id);
  }
}

const endOf = ({ kind, expiresAt }: Named) => (kind === 'guest' ? expiresAt : Infinity);
