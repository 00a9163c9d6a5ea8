import type { LoggedChunk } from '../domain/generation-log';
import { Waiters } from './waiters';

/** The chunks of one generation in memory, and those who wait for more of them. */
export class KeptChunks {
  private readonly chunks: string[] = [];
  private readonly readers = new Waiters();
  /** Characters kept, for the bound of all together. */
  characters = 0;
  ended = false;

  /** @param first place of the first chunk that is kept, less one. */
  constructor(private readonly first = 0) {}

  get last(): number {
    return this.first + this.chunks.length;
  }

  append(json: string): void {
    if (this.ended) throw new Error('A generation has exactly one terminal chunk');
    this.chunks.push(json);
    this.characters += json.length;
    this.readers.wake();
  }

  end(json: string): void {
    this.append(json);
    this.ended = true;
    this.readers.wake();
  }

  /** The chunks behind a place, without the first of them if that is not kept. */
  after(place: number): LoggedChunk[] {
    const from = Math.max(0, place - this.first);
    return this.chunks.slice(from).map((json, index) => ({ at: this.first + from + index + 1, json }));
  }

  async *read(after: number, signal: AbortSignal): AsyncGenerator<LoggedChunk> {
    let next = Math.max(0, after - this.first);
    while (!signal.aborted) {
      for (; next < this.chunks.length; next += 1) {
        yield { at: this.first + next + 1, json: this.chunks[next]! };
        if (signal.aborted) return;
      }
      if (this.ended) return;
      await this.readers.next(signal);
    }
  }
}
