import type { LoggedChunk } from '../domain/generation-log';

/** The chunks of one generation in memory, and those who wait for more of them. */
export class KeptChunks {
  private readonly chunks: string[] = [];
  /** Each goes on where its reader waits. */
  private readonly wakes = new Set<() => void>();
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

  /** One listener for all of the reading: one for each wait costs more than the rest of a chunk's way from here. */
  async *read(after: number, signal: AbortSignal): AsyncGenerator<LoggedChunk> {
    let resume: (() => void) | undefined;
    const wake = () => resume?.();
    this.wakes.add(wake);
    signal.addEventListener('abort', wake);
    try {
      for (let next = after; !signal.aborted;) {
        if (next < this.chunks.length) yield { at: (next += 1), json: this.chunks[next - 1]! };
        else if (this.ended) return;
        else await new Promise<void>((resolve) => (resume = resolve));
      }
    } finally {
      this.wakes.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }

  private wake(): void {
    for (const wake of this.wakes) wake();
  }
}
