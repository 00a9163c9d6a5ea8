import type { Clock, Timer } from '../core/clock';

/** Nothing heard for this long makes a line doubtful: pages do not see the pings that the server sends every 20 s. */
const SILENT_MS = 25_000;
/** How long a line in doubt has to answer. */
const ANSWER_MS = 5_000;

/**
 * Notices a line that died without a word. A browser's WebSocket answers pings out of sight and can send none, so a line
 * that was silent for long, or that may not have lived through a loss of the network, is asked something that has an answer.
 */
export class LineWatch {
  private timer?: Timer;
  private heardAt = 0;
  private isAsking = false;

  constructor(
    private readonly clock: Clock,
    private readonly owner: { ask(): void; dead(): void },
  ) {}

  start(): void {
    this.heardAt = this.clock.now();
    this.isAsking = false;
    this.wait(SILENT_MS);
  }

  stop(): void {
    this.clock.cancel(this.timer);
    this.timer = undefined;
  }

  /** Any frame is a sign of life. On the hot path: no timer is moved here. */
  heard(): void {
    this.heardAt = this.clock.now();
    this.isAsking = false;
  }

  /** The line may be dead: asks it now. */
  doubt(): void {
    if (this.timer === undefined || this.isAsking) return;
    this.isAsking = true;
    this.owner.ask();
    this.wait(ANSWER_MS);
  }

  private wait(ms: number): void {
    this.clock.cancel(this.timer);
    this.timer = this.clock.after(ms, () => this.look());
  }

  private look(): void {
    if (this.isAsking) return this.owner.dead();
    const silentMs = this.clock.now() - this.heardAt;
    if (silentMs >= SILENT_MS) this.doubt();
    else this.wait(SILENT_MS - silentMs);
  }
}
