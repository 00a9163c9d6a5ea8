import { createParser } from 'eventsource-parser';
import type { Clock } from '../core/clock';

/** `cut`: there is more to come. `lost`: what came instead of the rest is another answer. */
export type AnswerEnd = 'done' | 'cut' | 'lost';

/** The service sends a sign of life every 15 s; after three of them missing the line is dead. */
const SILENT_MS = 45_000;
/** Chunks after which nothing follows. */
const LAST = new Set(['finish', 'error', 'abort']);

/** Reads an answer over one line after the other, and passes on each of its chunks once, whole. */
export class AnswerReader {
  /** The place of the last chunk that was passed on. */
  lastId: string | undefined;
  /** How many chunks were passed on. */
  passed = 0;
  private hasStarted = false;

  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** Rejects when the caller left; a line that breaks is `cut`. */
  async read(body: ReadableStream<Uint8Array>, pass: (text: string) => void): Promise<AnswerEnd> {
    let end = 'cut' as AnswerEnd;
    const parser = createParser({
      onEvent: ({ id, data }) => {
        if (data === '[DONE]' || end === 'lost') return;
        const type = typeOf(data);
        // The same answer goes on where it was; one that starts again is another.
        if (type === 'start' && this.hasStarted) return void (end = 'lost');
        if (type === 'start') this.hasStarted = true;
        if (LAST.has(type)) end = 'done';
        this.lastId = id ?? this.lastId;
        this.passed += 1;
        pass(`data: ${data}\n\n`);
      },
    });
    const text = new TextDecoder();
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await this.next(reader);
        if (done) return end;
        parser.feed(text.decode(value, { stream: true }));
        if (end === 'lost') return end;
      }
    } catch (error) {
      if (this.signal.aborted) throw error;
      return end;
    } finally {
      reader.cancel().catch(() => undefined); // it may be broken already
    }
  }

  private next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<ReadableStreamReadResult<Uint8Array>> {
    return new Promise((resolve, reject) => {
      const leave = (): void => reject(this.signal.reason as Error);
      const timer = this.clock.after(SILENT_MS, () => reject(new Error('silent')));
      this.signal.addEventListener('abort', leave);
      if (this.signal.aborted) leave();
      reader
        .read()
        .finally(() => {
          this.clock.cancel(timer);
          this.signal.removeEventListener('abort', leave);
        })
        .then(resolve, reject);
    });
  }
}

function typeOf(data: string): string {
  try {
    return String((JSON.parse(data) as { type?: unknown }).type);
  } catch {
    return ''; // the reader of the answer will say what it thinks of it
  }
}
