/** One event of a generation's log: a chunk of the UI message stream as JSON, and its cursor for `Last-Event-ID`. */
export interface LoggedChunk {
  cursor: string;
  json: string;
}

/**
 * One assistant answer being produced. Its chunks are kept, so that any number of readers see all of it from the start or
 * from a cursor, whenever they come; a reader that leaves ends nothing.
 */
export class Generation {
  private readonly chunks: string[] = [];
  private readonly waiting = new Set<() => void>();
  private readonly stopping = new AbortController();
  private over = false;
  private good = false;

  constructor(
    /** Id of the assistant message; told in the first chunk. */
    readonly id: string,
    /** Of the request that began it; a re-sent one has the same. */
    readonly key: string,
  ) {}

  /** Aborts when somebody stops the generation. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  get ended(): boolean {
    return this.over;
  }

  /** Ended, and with an answer that stands in the log. */
  get succeeded(): boolean {
    return this.good;
  }

  append(json: string): void {
    if (this.over) throw new Error('A generation has exactly one terminal chunk');
    this.chunks.push(json);
    this.wake();
  }

  /** The last chunk. Nothing comes after it. */
  end(json: string, options: { succeeded: boolean }): void {
    this.append(json);
    this.over = true;
    this.good = options.succeeded;
    this.wake();
  }

  /** Stops producing. The partial answer is kept. `false` when it had ended already. */
  stop(): boolean {
    if (this.over) return false;
    this.stopping.abort();
    return true;
  }

  /**
   * All chunks from the start, or after `cursor`, then those to come, until the last. A cursor of another generation
   * counts as none.
   */
  async *read(cursor: string | undefined, signal: AbortSignal): AsyncGenerator<LoggedChunk> {
    let next = this.positionAfter(cursor);
    while (!signal.aborted) {
      for (; next < this.chunks.length; next += 1) {
        yield { cursor: `${this.id}.${next + 1}`, json: this.chunks[next]! };
        if (signal.aborted) return;
      }
      if (this.over) return;
      await this.more(signal);
    }
  }

  private positionAfter(cursor: string | undefined): number {
    const prefix = `${this.id}.`;
    const position = cursor?.startsWith(prefix) ? Number(cursor.slice(prefix.length)) : 0;
    return Number.isInteger(position) && position >= 0 && position <= this.chunks.length ? position : 0;
  }

  private more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  private wake(): void {
    for (const resolve of [...this.waiting]) resolve();
  }
}
