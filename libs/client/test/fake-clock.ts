import type { Clock } from '../src/core/clock';

/** Time that passes when a test says so. */
export class FakeClock implements Clock {
  private time = Date.UTC(2026, 0, 1);
  private readonly timers = new Set<{ at: number; run: () => void }>();

  now = (): number => this.time;

  after(ms: number, run: () => void): unknown {
    const timer = { at: this.time + ms, run };
    this.timers.add(timer);
    return timer;
  }

  cancel(timer: unknown): void {
    this.timers.delete(timer as { at: number; run: () => void });
  }

  /** How long until the next timer, or undefined when none is set. */
  get nextInMs(): number | undefined {
    const due = [...this.timers].map(({ at }) => at - this.time);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  advance(ms: number): void {
    this.time += ms;
    for (const timer of [...this.timers]) {
      if (timer.at > this.time) continue;
      this.timers.delete(timer);
      timer.run();
    }
  }
}
