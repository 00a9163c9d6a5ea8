import type { GenerationLog, GenerationWriter, LoggedChunk, ReadOptions } from '../domain/generation-log';

/**
 * Serves whoever reads where the answer is written from this process's memory, before the shared log has it and also when
 * that is away; readers elsewhere read the shared log.
 */
export class LocalFirstGenerationLog implements GenerationLog {
  constructor(
    private readonly local: GenerationLog,
    private readonly shared: GenerationLog,
  ) {}

  open(generationId: string, options: { after?: number } = {}): GenerationWriter {
    const shared = this.shared.open(generationId, options);
    // What another process began is not here, so it is read from where all of it is.
    if (options.after !== undefined && !this.local.has(generationId)) return shared;
    const local = this.local.open(generationId, options);
    return {
      append(json) {
        local.append(json);
        shared.append(json);
      },
      async end(json) {
        await local.end(json);
        await shared.end(json);
      },
    };
  }

  read(generationId: string, options: ReadOptions): AsyncIterableIterator<LoggedChunk, undefined> {
    return this.sourceOf(generationId).read(generationId, options);
  }

  snapshot(generationId: string): Promise<LoggedChunk[]> {
    return this.sourceOf(generationId).snapshot(generationId);
  }

  has(generationId: string): boolean {
    return this.local.has(generationId);
  }

  async close(): Promise<void> {
    await Promise.all([this.local.close(), this.shared.close()]);
  }

  private sourceOf(generationId: string): GenerationLog {
    return this.local.has(generationId) ? this.local : this.shared;
  }
}
