/** Parts of a period: each takes its share, so that a process with many calls is never busy with all of them at once. */
const TURNS = 20;

/**
 * Does something for each of many once in a period, a few at a time: requests for all of them together would hold up what
 * everybody says and hears for as long as they take to write.
 */
export class InTurns<T> {
  private readonly timer: NodeJS.Timeout;
  private readonly running = new Set<Promise<void>>();
  private waiting: T[] = [];
  private turn = 0;

  /**
   * @param all asked at the beginning of each period
   * @param some gets all of them within the period, a few at a time; never rejects
   */
  constructor(
    private readonly all: () => Iterable<T>,
    private readonly some: (few: T[]) => Promise<void>,
    periodMs: number,
  ) {
    this.timer = setInterval(() => this.takeTurn(), periodMs / TURNS).unref();
  }

  /** Resolves when what was begun is done. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.running);
  }

  private takeTurn(): void {
    if (this.turn === 0) this.waiting = [...this.all()];
    const few = this.waiting.splice(0, Math.ceil(this.waiting.length / (TURNS - this.turn)));
    this.turn = (this.turn + 1) % TURNS;
    if (few.length === 0) return;
    const work = this.some(few);
    this.running.add(work);
    void work.then(() => this.running.delete(work));
  }
}
