import type { SignOutHint } from './sign-outs';

export interface PolledOptions {
  /** Tells other processes that there is something to read, and is told by them. */
  hint?: SignOutHint | undefined;
  /** How often it is read, 5 s when left out: without hints the longest that news of other processes takes. */
  pollMs?: number | undefined;
  /** Told when it cannot be read; what is known stays. */
  onError?: (error: unknown) => void;
}

/** A fact of the database in this process's memory: read every few seconds and at each hint, with listeners to its changes. */
export class Polled {
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private unsubscribe: (() => void) | undefined;
  private reading: Promise<void> | undefined;
  private readsAgain = false;
  private stopped = false;

  /** @param read takes what is there into memory, and tells the listeners where that is news */
  constructor(
    private readonly read: () => Promise<void>,
    private readonly options: PolledOptions,
  ) {}

  /** Resolves after the first read, whatever came of it; reads on every few seconds. */
  async start(): Promise<void> {
    this.unsubscribe = this.options.hint?.take(() => void this.poll());
    await this.poll();
    this.schedule();
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.unsubscribe?.();
    await this.reading;
  }

  /** @returns ends it */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(): void {
    for (const listener of this.listeners) listener();
  }

  /** Reads all that was written before the call. Many calls during a read cost one more. */
  poll(): Promise<void> {
    if (this.reading) this.readsAgain = true;
    this.reading ??= this.readOn().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readOn(): Promise<void> {
    do {
      this.readsAgain = false;
      await this.read().catch((error: unknown) => this.options.onError?.(error));
    } while (this.readsAgain);
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.poll().then(() => this.schedule()), this.options.pollMs ?? 5_000).unref();
  }
}
