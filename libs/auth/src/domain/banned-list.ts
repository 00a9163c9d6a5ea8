import type { Principal } from './principal';
import type { Ban, Bans } from './bans';
import type { SignOutHint } from './sign-outs';

export interface BannedListOptions {
  bans: Bans;
  hint?: SignOutHint | undefined;
  /** How often the bans are read, 5 s when left out: without hints the longest that a ban takes to be known elsewhere. */
  pollMs?: number | undefined;
  now?: () => number;
  /** Told when they cannot be read; the list goes on with what it knows. */
  onError?: (error: unknown) => void;
}

/**
 * Who is banned, in this process's memory, so that a request asks nobody. All of them are read each time, unlike sign-outs:
 * they are few, and a lifted one must be forgotten.
 */
export class BannedList {
  private banned: ReadonlySet<string> = new Set();
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;
  private reading: Promise<void> | undefined;
  private readsAgain = false;
  private stopped = false;
  private isKnown = false;

  constructor(private readonly options: BannedListOptions) {}

  /** Whether the bans were read at least once. */
  get known(): boolean {
    return this.isKnown;
  }

  /** Resolves after the first read, whatever came of it; reads on every few seconds. */
  async start(): Promise<void> {
    this.unsubscribe = this.options.hint?.take(() => void this.poll());
    await this.poll();
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.unsubscribe?.();
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
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Reads all that was written before the call. Many calls during a read cost one more. */
  poll(): Promise<void> {
    if (this.reading) this.readsAgain = true;
    this.reading ??= this.readOn().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async changed(): Promise<void> {
    this.options.hint?.give();
    await this.poll();
  }

  private async readOn(): Promise<void> {
    do {
      this.readsAgain = false;
      await this.read();
    } while (this.readsAgain);
  }

  private async read(): Promise<void> {
    try {
      const before = this.banned;
      this.banned = new Set((await this.options.bans.all()).map(({ principalId }) => principalId));
      this.isKnown = true;
      if ([...this.banned].some((id) => !before.has(id))) for (const listener of this.listeners) listener();
    } catch (error) {
      this.options.onError?.(error);
    }
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.poll().then(() => this.schedule()), this.options.pollMs ?? 5_000).unref();
  }
}
