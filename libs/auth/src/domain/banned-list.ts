import type { Principal } from './principal';
import type { Ban, Bans } from './bans';
import { Polled, type PolledOptions } from './polled';

export interface BannedListOptions extends PolledOptions {
  bans: Bans;
  now?: () => number;
}

/**
 * Who is banned, in this process's memory, so that a request asks nobody. All of them are read each time, unlike sign-outs:
 * they are few, and a lifted one must be forgotten.
 */
export class BannedList {
  private banned: ReadonlySet<string> = new Set();
  private readonly polled: Polled;
  private isKnown = false;

  constructor(private readonly options: BannedListOptions) {
    this.polled = new Polled(() => this.read(), options);
  }

  /** Whether the bans were read at least once. */
  get known(): boolean {
    return this.isKnown;
  }

  /** Resolves after the first read, whatever came of it; reads on every few seconds. */
  start(): Promise<void> {
    return this.polled.start();
  }

  /** Resolves when nothing is read any more. */
  stop(): Promise<void> {
    return this.polled.stop();
  }

  has({ id }: Pick<Principal, 'id'>): boolean {
    return this.banned.has(id);
  }

  /** Bans somebody, here once it is a fact and everywhere soon. @throws ParleyError `store_unavailable` */
  async ban(principalId: string): Promise<void> {
    await this.options.bans.add({ principalId, at: (this.options.now ?? Date.now)() });
    await this.changed();
  }

  /** @throws ParleyError `store_unavailable` */
  async lift(principalId: string): Promise<void> {
    await this.options.bans.lift(principalId);
    await this.changed();
  }

  /** Everybody who is banned, as it is kept. @throws ParleyError `store_unavailable` */
  all(): Promise<Ban[]> {
    return this.options.bans.all();
  }

  /** Calls back after somebody was banned. @returns ends it */
  onChange(listener: () => void): () => void {
    return this.polled.onChange(listener);
  }

  /** Reads all that was written before the call. Many calls during a read cost one more. */
  poll(): Promise<void> {
    return this.polled.poll();
  }

  private async changed(): Promise<void> {
    this.options.hint?.give();
    await this.poll();
  }

  private async read(): Promise<void> {
    const banned = new Set((await this.options.bans.all()).map(({ principalId }) => principalId));
    const isNews = [...banned].some((id) => !this.banned.has(id));
    this.banned = banned;
    this.isKnown = true;
    if (isNews) this.polled.tell();
  }
}
