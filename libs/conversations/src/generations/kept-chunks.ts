import type { LoggedChunk } from '../domain/generation-log';

/** The chunks of one generation in memory, and those who wait for more of them. */
export class KeptChunks {
  private readonly chunks: string[] = [];
  /** One for each that reads: it goes on where it waits. */
  readonly wakes = new Set<() => void>();
  /** Characters kept, for the bound of all together. */
  characters = 0;
  ended = false;

  append(json: string): void {
    if (this.ended) throw new Error('A generation has exactly one terminal chunk');
    this.chunks.push(json);
    this.characters += json.length;
    this.wake();
  }

  end(json: string): void {
    this.append(json);
    this.ended = true;
    this.wake();
  }

  get last(): number {
    return this.chunks.length;
  }

  all(): LoggedChunk[] {
    return this.chunks.map((json, index) => ({ at: index + 1, json }));
  }

  /** The one behind a place, where it is there yet. */
  after(place: number): string | undefined {
    return this.chunks[place];
  }

  read(after: number, signal: AbortSignal): AsyncIterableIterator<LoggedChunk, undefined> {
    return new Reading(this, after, signal);
  }

  private wake(): void {
    for (const wake of this.wakes) wake();
  }
}

/**
 * One reading. There is one for each open answer: so it is no generator, which holds a frame, a request and their promises
 * while it waits, and has one listener for all of its waits: one for each costs more than the rest of a chunk's way from here.
 */
class Reading implements AsyncIterableIterator<LoggedChunk, undefined> {
  private resume: ((result: IteratorResult<LoggedChunk, undefined>) => void) | undefined;

  constructor(
    private readonly kept: KeptChunks,
    private place: number,
    private readonly signal: AbortSignal,
  ) {
    kept.wakes.add(this.wake);
    signal.addEventListener('abort', this.wake);
  }

  next(): Promise<IteratorResult<LoggedChunk, undefined>> {
    const result = this.take();
    return result === undefined ? new Promise((resolve) => (this.resume = resolve)) : Promise.resolve(result);
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    return this.leave();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private readonly wake = (): void => {
    const { resume } = this;
    const result = resume && this.take();
    if (result === undefined) return;
    this.resume = undefined;
    resume?.(result);
  };

  /** What there is to tell, if there is anything. */
  private take(): IteratorResult<LoggedChunk, undefined> | undefined {
    if (this.signal.aborted) return this.leave();
    const json = this.kept.after(this.place);
    if (json !== undefined) return { value: { at: (this.place += 1), json }, done: false };
    return this.kept.ended ? this.leave() : undefined;
  }

  private leave(): IteratorReturnResult<undefined> {
    this.place = Infinity;
    this.kept.wakes.delete(this.wake);
    this.signal.removeEventListener('abort', this.wake);
    return { value: undefined, done: true };
  }
}
