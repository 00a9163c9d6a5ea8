import type { LoggedChunk } from '../domain/generation-log';
import { Waiters } from './waiters';

/** The chunks of one generation in memory, and those who wait for more of them. */
export class KeptChunks {
  private readonly chunks: string[] = [];
  private readonly readers = new Waiters();
  /** Characters kept, for the bound of all together. */
  characters = 0;
  ended = false;

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

  get last(): number {
    return this.chunks.length;
  }

  all(): LoggedChunk[] {
    return this.chunks.map((json, index) => ({ at: index + 1, json }));
  }

  async *read(after: number, signal: AbortSignal): AsyncGenerator<LoggedChunk> {
    let next = after;
    while (!signal.aborted) {
      for (; next < this.chunks.length; next += 1) {
        yield { at: next + 1, json: this.chunks[next]! };
        if (signal.aborted) return;
      }
      if (this.ended) return;
      await this.readers.next(signal);
    }
  }
}
