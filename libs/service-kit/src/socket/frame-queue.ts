/** Above this many waiting frames the socket is not read any further, until they are down to the lower mark. */
const HIGH = 64;
const LOW = 16;

/**
 * Handles the frames of one connection one after the other, in the order they came. While nothing waits a binary frame
 * is handled at once, in the caller's own turn: audio does not pay for the queue.
 */
export class FrameQueue {
  private readonly waiting: (() => Promise<void> | void)[] = [];
  private running = false;
  private paused = false;
  private work = Promise.resolve();

  constructor(
    private readonly source: { pause(): void; resume(): void },
    private readonly onError: (error: unknown) => void,
  ) {}

  get idle(): boolean {
    return !this.running;
  }

  add(work: () => Promise<void> | void): void {
    this.waiting.push(work);
    if (!this.paused && this.waiting.length >= HIGH) {
      this.paused = true;
      this.source.pause();
    }
    if (!this.running) this.work = this.run();
  }

  /** Drops what waits: the connection is gone. */
  clear(): void {
    this.waiting.length = 0;
  }

  /** Resolves when what is being handled now is done. */
  settled(): Promise<void> {
    return this.work;
  }

  private async run(): Promise<void> {
    this.running = true;
    for (let work = this.waiting.shift(); work; work = this.waiting.shift()) {
      if (this.paused && this.waiting.length <= LOW) {
        this.paused = false;
        this.source.resume();
      }
      try {
        await work();
      } catch (error) {
        this.onError(error);
      }
    }
    this.running = false;
  }
}
