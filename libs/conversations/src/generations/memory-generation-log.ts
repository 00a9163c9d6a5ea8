import {
  GENERATION_KEPT_MS,
  type GenerationLog,
  type GenerationWriter,
  type LoggedChunk,
  type ReadOptions,
} from '../domain/generation-log';
import { KeptChunks } from './kept-chunks';
import { Waiters } from './waiters';

/** Of ended answers all together, in characters; the oldest go first. Those that run are bounded by their assistants. */
const KEPT_CHARACTERS = 32 << 20;

/** The generations of this process, for one replica alone, and for those who read where the answer is written. */
export class MemoryGenerationLog implements GenerationLog {
  private readonly generations = new Map<string, KeptChunks>();
  /** In the order of their end. */
  private readonly ended = new Map<string, number>();
  private endedCharacters = 0;
  private readonly openings = new Waiters();

  constructor(
    private readonly now: () => number = Date.now,
    private readonly keptCharacters = KEPT_CHARACTERS,
  ) {}

  open(generationId: string): GenerationWriter {
    this.forgetOld();
    const known = this.generations.get(generationId);
    const chunks = known !== undefined && !known.ended ? known : new KeptChunks();
    this.generations.set(generationId, chunks);
    this.openings.wake();
    return {
      append: (json) => chunks.append(json),
      end: async (json) => {
        chunks.end(json);
        this.ended.set(generationId, this.now());
        this.endedCharacters += chunks.characters;
        this.forgetOld();
      },
    };
  }

  read(generationId: string, { after = 0, signal }: ReadOptions): AsyncIterableIterator<LoggedChunk, undefined> {
    return this.generations.get(generationId)?.read(after, signal) ?? this.readLater(generationId, after, signal);
  }

  private async *readLater(
    generationId: string,
    after: number,
    signal: AbortSignal,
  ): AsyncGenerator<LoggedChunk, undefined> {
    let chunks: KeptChunks | undefined;
    while (chunks === undefined && !signal.aborted) {
      await this.openings.next(signal);
      chunks = this.generations.get(generationId);
    }
    return chunks && (yield* chunks.read(after, signal));
  }

  async snapshot(generationId: string): Promise<LoggedChunk[]> {
    return this.generations.get(generationId)?.all() ?? [];
  }

  has(generationId: string): boolean {
    this.forgetOld();
    return this.generations.has(generationId);
  }

  async close(): Promise<void> {
    this.generations.clear();
  }

  private forgetOld(): void {
    for (const [id, endedAt] of this.ended) {
      if (this.now() - endedAt < GENERATION_KEPT_MS && this.endedCharacters <= this.keptCharacters) return;
      this.ended.delete(id);
      this.endedCharacters -= this.generations.get(id)?.characters ?? 0;
      this.generations.delete(id);
    }
  }
}
