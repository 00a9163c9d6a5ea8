import type { UIMessageChunk } from 'ai';

/** The chunks of an answer for its one reader, who may be slower than they come, or leave before the end. */
export class AnswerStream implements AsyncIterableIterator<UIMessageChunk, undefined> {
  private readonly chunks: UIMessageChunk[] = [];
  private isOver = false;
  /** The reader waits. */
  private wake: ((result: IteratorResult<UIMessageChunk, undefined>) => void) | undefined;

  /** @param onLeft told once when the reader leaves before the end */
  constructor(private readonly onLeft: () => void) {}

  write(chunk: UIMessageChunk): void {
    if (this.isOver) return;
    if (this.wake === undefined) this.chunks.push(chunk);
    else this.give({ value: chunk, done: false });
  }

  end(): void {
    this.isOver = true;
    this.give({ value: undefined, done: true });
  }

  /** Leaves the answer. */
  async cancel(): Promise<void> {
    if (this.isOver) return;
    this.chunks.length = 0;
    this.end();
    this.onLeft();
  }

  next(): Promise<IteratorResult<UIMessageChunk, undefined>> {
    const value = this.chunks.shift();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    if (this.isOver) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => (this.wake = resolve));
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.cancel();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private give(result: IteratorResult<UIMessageChunk, undefined>): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.(result);
  }
}
