import type { Consenting, Consents } from '../domain/consents';

/** Consents in memory: for tests. */
export class MemoryConsents implements Consents {
  private readonly given = new Map<string, { transcripts: boolean; endsAt: number }>();

  constructor(private readonly now: () => number = Date.now) {}

  async get({ id }: Consenting): Promise<boolean | undefined> {
    const known = this.given.get(id);
    return known && known.endsAt > this.now() ? known.transcripts : undefined;
  }
  async set({ kind, id, expiresAt }: Consenting, transcripts: boolean): Promise<void> {
    this.given.set(id, { transcripts, endsAt: kind === 'guest' ? expiresAt : Infinity });
  }
  async forget({ id }: Pick<Consenting, 'id'>): Promise<void> {
    this.given.delete(id);
  }
}
