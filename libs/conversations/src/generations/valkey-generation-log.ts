import { setTimeout as pause } from 'node:timers/promises';
import type { GenerationLog, GenerationWriter, LoggedChunk, ReadOptions } from '../domain/generation-log';
import type { ValkeyConnection } from '../valkey/valkey-connection';
import { BatchClock } from './batch-clock';
import { KeptChunks } from './kept-chunks';
import { chunksOf, keyOf, placeOf, type StreamEntry } from './valkey-entries';
import { ValkeyWriter } from './valkey-writer';

/** Entries a request asks for; a longer log is read in several. */
const PAGE = 500;
/** Asked again this soon after something came, and ever later while nothing does. */
const SOON_MS = 30;
const LATE_MS = 200;

interface Tail {
  chunks: KeptChunks;
  readers: number;
  over: AbortController;
}

/**
 * Generations as Valkey Streams: one stream for each, an entry for each batch of chunks. Read by asking, not by waiting in
 * a command or a subscription: nothing of it holds a connection, and nothing has to be mended after an interruption.
 */
export class ValkeyGenerationLog implements GenerationLog {
  private readonly clock = new BatchClock();
  /** One for each generation that is read here, however many read it. */
  private readonly tails = new Map<string, Tail>();

  constructor(
    private readonly connection: Pick<ValkeyConnection, 'client'>,
    private readonly report: (what: string, cause: unknown) => void = () => undefined,
  ) {}

  open(generationId: string, options: { after?: number } = {}): GenerationWriter {
    return new ValkeyWriter(this.connection.client, generationId, this.clock, this.report, options.after ?? 0);
  }

  async *read(generationId: string, { after = 0, signal }: ReadOptions): AsyncGenerator<LoggedChunk, undefined> {
    const tail = this.tails.get(generationId) ?? this.tail(generationId);
    tail.readers += 1;
    try {
      return yield* tail.chunks.read(after, signal);
    } finally {
      tail.readers -= 1;
      if (tail.readers === 0) this.drop(generationId, tail);
    }
  }

  async snapshot(generationId: string): Promise<LoggedChunk[]> {
    const chunks = new KeptChunks();
    while (!chunks.ended && (await this.fetch(generationId, chunks)) === PAGE);
    return chunks.all();
  }

  has(): boolean {
    return false;
  }

  async close(): Promise<void> {
    this.clock.stop();
    for (const [id, tail] of this.tails) this.drop(id, tail);
  }

  private tail(generationId: string): Tail {
    const tail: Tail = { chunks: new KeptChunks(), readers: 0, over: new AbortController() };
    this.tails.set(generationId, tail);
    void this.fill(generationId, tail);
    return tail;
  }

  private async fill(generationId: string, { chunks, over: { signal } }: Tail): Promise<void> {
    for (let waitMs = SOON_MS; !signal.aborted && !chunks.ended;) {
      const before = chunks.last;
      // Away is like silent: whoever reads looks elsewhere whether the producer lives.
      const read = await this.fetch(generationId, chunks).catch(() => 0);
      if (read === PAGE) continue;
      waitMs = chunks.last > before ? SOON_MS : Math.min(LATE_MS, waitMs * 1.5);
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Adds what the stream has behind `chunks`; answers how many entries were read. */
  private async fetch(generationId: string, chunks: KeptChunks): Promise<number> {
    const { client } = this.connection;
    const from = `(${chunks.last}-0`;
    const entries: StreamEntry[] = await client.xrange(keyOf(generationId), from, '+', 'COUNT', PAGE);
    for (const entry of entries) {
      const { jsons, isLast } = chunksOf(entry);
      const first = placeOf(entry) - jsons.length + 1;
      // The beginning is lost: better nothing of it than a torso.
      if (first > chunks.last + 1) return 0;
      // After an outage the writer says all of it again.
      const fresh = jsons.slice(chunks.last + 1 - first);
      for (const [index, json] of fresh.entries()) {
        if (isLast && index === fresh.length - 1) chunks.end(json);
        else chunks.append(json);
      }
      if (chunks.ended) break;
    }
    return entries.length;
  }

  private drop(generationId: string, tail: Tail): void {
    tail.over.abort();
    this.tails.delete(generationId);
  }
}
