/** One chunk of an answer. */
export interface LoggedChunk {
  /** Its place in the answer, from 1 without a gap: what a reader names to go on after it. */
  at: number;
  /** JSON of a UI message chunk; the log does not look into it. */
  json: string;
}

export interface ReadOptions {
  /** The place that was read last; 0 reads from the start. */
  after?: number;
  /** Ends the reading. */
  signal: AbortSignal;
}

/** An answer can be read again this long after its end. */
export const GENERATION_KEPT_MS = 600_000;

/** The one writer of a generation's log. Neither function waits for a reader or for an outside store. */
export interface GenerationWriter {
  /** @throws Error after the end: a generation has exactly one terminal chunk. */
  append(json: string): void;
  /**
   * The terminal chunk. Resolves when the log has all of it, or has given up: what is not in the log then is lost to
   * readers elsewhere only.
   */
  end(json: string): Promise<void>;
}

/**
 * The chunks of the answers that are being written, and of those that ended less than ten minutes ago. Hot and
 * losable: the answer itself goes into the conversation.
 */
export interface GenerationLog {
  /** @param options.after continues a log whose writer is gone behind this place. */
  open(generationId: string, options?: { after?: number }): GenerationWriter;
  /**
   * Every chunk once and in order, first those that are there, then those to come, up to the terminal one. Of a log that
   * is not there yet, its first is waited for. Never throws: whether a silent writer still lives is not the log's to say.
   */
  read(generationId: string, options: ReadOptions): AsyncIterableIterator<LoggedChunk, undefined>;
  /** What is there now, without waiting. @throws when the store cannot be read. */
  snapshot(generationId: string): Promise<LoggedChunk[]>;
  /** Whether its chunks are at hand in this process. */
  has(generationId: string): boolean;
  close(): Promise<void>;
}
