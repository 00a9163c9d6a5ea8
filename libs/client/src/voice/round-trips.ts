import type { Clock, Timer } from '../core/clock';

/** How often the line of a call is measured. */
const EVERY_MS = 10_000;

/** Measures how long a word takes to the service and back: one question at a time, while the line is up. */
export class RoundTrips {
  private timer?: Timer;
  private askedAt?: number;

  constructor(
    private readonly clock: Clock,
    private readonly owner: { ask(): void; took(ms: number): void },
  ) {}

  /** The line is up. */
  start(): void {
    this.clock.cancel(this.timer);
    this.askedAt = this.clock.now();
    this.owner.ask();
  }

  /** For good. */
  stop(): void {
    this.clock.cancel(this.timer);
    this.askedAt = undefined;
  }

  answered(): void {
    if (this.askedAt === undefined) return;
    this.owner.took(this.clock.now() - this.askedAt);
    this.askedAt = undefined;
    this.timer = this.clock.after(EVERY_MS, () => this.start());
  }
}
