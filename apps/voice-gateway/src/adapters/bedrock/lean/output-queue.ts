/** Above so many bytes that nobody has taken the source is not read any further, until they are down to the lower mark. */
const HIGH = 64 << 10;
const LOW = 16 << 10;

/** What a stream says, for one reader. The source is paused while the reader is behind. */
export class OutputQueue implements AsyncIterableIterator<Uint8Array> {
  private readonly waiting: Uint8Array[] = [];
  private bytes = 0;
  private paused = false;
  private over = false;
  private error: unknown;
  private reader: { resolve(result: IteratorResult<Uint8Array>): void; reject(error: unknown): void } | undefined;

  constructor(private readonly source: { pause(): void; resume(): void; cancel(): void }) {}

  push(event: Uint8Array): void {
    if (this.over) return;
    if (this.reader) {
      this.reader.resolve({ done: false, value: event });
      this.reader = undefined;
      return;
    }
    this.waiting.push(event);
    this.bytes += event.length;
    if (this.paused || this.bytes < HIGH) return;
    this.paused = true;
    this.source.pause();
  }

  /** What waits is still read; then the end, or the error. The first end counts. */
  end(error?: unknown): void {
    if (this.over) return;
    this.over = true;
    if (!this.reader) this.error = error;
    else if (error === undefined) this.reader.resolve({ done: true, value: undefined });
    else this.reader.reject(error);
    this.reader = undefined;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const event = this.waiting.shift();
    if (event) {
      this.bytes -= event.length;
      if (this.paused && this.bytes <= LOW) {
        this.paused = false;
        this.source.resume();
      }
      return Promise.resolve({ done: false, value: event });
    }
    if (!this.over) return new Promise((resolve, reject) => (this.reader = { resolve, reject }));
    const { error } = this;
    this.error = undefined;
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }

  /** The reader wants no more: the stream is cut. */
  async return(): Promise<IteratorResult<Uint8Array>> {
    this.waiting.length = 0;
    this.end();
    this.source.cancel();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
