import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster, Redis } from 'ioredis';
import { GENERATION_KEPT_MS, type GenerationWriter } from '../domain/generation-log';
import type { BatchClock } from './batch-clock';
import { CHUNK, LAST, keyOf } from './valkey-entries';

/** Longer than any answer may take: a log whose writer died is not kept for ever. */
const RUNNING_TTL_MS = 1_800_000;
/** More entries than an answer's whole time has batches, so nothing of one is cut off; a bound for what is none. */
const MAX_ENTRIES = 10_000;
/** After a failure it is tried again this often; after the end so many times more. */
const AGAIN_MS = 500;
const LAST_ATTEMPTS = 6;

/**
 * Writes one generation in batches, one at a time. While Valkey is away nothing is lost: the next attempt that succeeds says
 * all of it again, as Valkey may have come back empty.
 */
export class ValkeyWriter implements GenerationWriter {
  private readonly chunks: string[] = [];
  private readonly key: string;
  /** Of `chunks`, those that are written. */
  private written = 0;
  private isEnded = false;
  private isOver = false;
  private flushing: Promise<void> | undefined;
  private failures = 0;
  private readonly flushSoon = () => void this.flush();

  /** @param after place behind which this writer goes on. */
  constructor(
    private readonly client: Redis | Cluster,
    generationId: string,
    private readonly clock: BatchClock,
    private readonly report: (what: string, cause: unknown) => void,
    private readonly after: number,
  ) {
    this.key = keyOf(generationId);
  }

  append(json: string): void {
    if (this.isEnded) throw new Error('A generation has exactly one terminal chunk');
    this.chunks.push(json);
    if (this.failures === 0) this.clock.soon(this.flushSoon);
  }

  async end(json: string): Promise<void> {
    this.append(json);
    this.isEnded = true;
    for (let attempt = 0; attempt < LAST_ATTEMPTS && !this.isDone; attempt += 1) {
      if (attempt > 0) await pause(AGAIN_MS);
      await this.flush();
    }
    this.isOver = true;
  }

  private get isDone(): boolean {
    return this.isOver || this.written === this.chunks.length;
  }

  /** Writes what is there; resolves when nothing is left or an attempt has failed. */
  private flush(): Promise<void> {
    return (this.flushing ??= this.writeAll().finally(() => (this.flushing = undefined)));
  }

  private async writeAll(): Promise<void> {
    while (!this.isDone) {
      const upTo = this.chunks.length;
      try {
        await this.write(upTo);
        this.written = upTo;
        this.failures = 0;
      } catch (cause) {
        return this.failed(cause);
      }
    }
  }

  private async write(upTo: number): Promise<void> {
    const isLast = this.isEnded && upTo === this.chunks.length;
    const fields = this.chunks.slice(this.written, upTo).flatMap((json) => [CHUNK, json]);
    if (isLast) fields.push(LAST, '1');
    const id = `${this.after + upTo}-0`;
    const add = [this.key, 'MAXLEN', '~', MAX_ENTRIES, id, ...fields] as [string, 'MAXLEN', '~', number, string];
    const isFirst = this.written === 0 && this.after === 0;
    if (!isFirst && !isLast) {
      await this.client.xadd(...add);
      return;
    }
    const commands = this.client.multi();
    if (isFirst) commands.del(this.key);
    commands.xadd(...add).pexpire(this.key, isLast ? GENERATION_KEPT_MS : RUNNING_TTL_MS);
    const answers = (await commands.exec()) ?? [];
    for (const [error] of answers) if (error !== null) throw error;
  }

  private failed(cause: unknown): void {
    // Somebody who took this writer for dead has gone on with its log.
    if (cause instanceof Error && cause.message.includes('equal or smaller')) {
      this.isOver = true;
      return;
    }
    if (this.failures === 0) this.report('an answer cannot be written where other replicas read it', cause);
    this.failures += 1;
    if (this.after === 0) this.written = 0;
    if (!this.isEnded) void pause(AGAIN_MS, undefined, { ref: false }).then(() => this.flush());
  }
}
