import { ParleyError } from '@parley/errors';
import type { Counters } from './counters';

const KEY = 'assistants-off';
const KEPT_MS = 10 * 365 * 86_400_000;
const EVERY_MS = 5_000;

/** Assistants that an admin has switched off: a fact in the store, which every process has in memory and polls. */
export class Switches {
  private off: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | undefined;
  private polling: Promise<void> | undefined;

  constructor(
    private readonly counters: Counters,
    private readonly report: (what: string, cause: unknown) => void,
    private readonly everyMs = EVERY_MS,
  ) {}

  /** Polls from now on. */
  start(): void {
    const poll = () => {
      this.polling = this.poll().catch((error: unknown) => this.report('switches cannot be read', error));
    };
    this.timer = setInterval(poll, this.everyMs).unref();
    poll();
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.polling;
  }

  isOff(assistantId: string): boolean {
    return this.off.has(assistantId);
  }

  /** @throws ParleyError `assistant_off` */
  assertOn(assistantId: string): void {
    if (this.isOff(assistantId)) throw new ParleyError('assistant_off');
  }

  /** Everywhere within five seconds, here at once. */
  async set(assistantId: string, isOn: boolean): Promise<void> {
    await this.counters.change<{ off: string[] }>(KEY, KEPT_MS, (value) => {
      const off = new Set(value?.off);
      if (isOn) off.delete(assistantId);
      else off.add(assistantId);
      return { off: [...off].sort() };
    });
    await this.poll();
  }

  private async poll(): Promise<void> {
    await this.counters.change<{ off: string[] }>(KEY, KEPT_MS, (value) => {
      this.off = new Set(value?.off);
      return undefined;
    });
  }
}
