import { ParleyError } from '@parley/errors';
import { isoTime, type StoreContext } from './context';
import type { RecordItem } from './items';
import { RECORD } from './keys';
import type { Log } from './log';
import type { Removal } from './removal';

/** Letting go of what is older than an environment keeps. */
export class Retention {
  constructor(
    private readonly context: StoreContext,
    private readonly log: Log,
    private readonly removal: Removal,
  ) {}

  async expire(before: number): Promise<{ seen: number; shortened: number; deleted: number }> {
    const cutoff = isoTime(before);
    const counts = { seen: 0, shortened: 0, deleted: 0 };
    for await (const item of this.context.table.scan('#sk = :record AND #state = :live', {
      record: RECORD,
      live: 'live',
    })) {
      counts.seen += 1;
      const done = await this.expireOne(item as RecordItem, cutoff).catch((error: unknown) => this.missed(error));
      if (done !== undefined) counts[done] += 1;
    }
    return counts;
  }

  private async expireOne(record: RecordItem, cutoff: string): Promise<'shortened' | 'deleted' | undefined> {
    if (
      record.updatedAt < cutoff &&
      (await this.log.last(record.logId).then((last) => !last || last.createdAt < cutoff))
    ) {
      await this.removal.remove(record.owner.id, record.id);
      return 'deleted';
    }
    let gone = 0;
    for await (const { seq, createdAt } of this.log.entries(record.logId, { from: record.first })) {
      if (createdAt >= cutoff) break;
      gone = seq;
    }
    if (gone === 0) return undefined;
    await this.removal.raiseFirst(record.id, gone + 1);
    return 'shortened';
  }

  /** Deleted by its owner meanwhile, or an outage: the next night comes. */
  private missed(error: unknown): undefined {
    if (error instanceof ParleyError && error.code === 'conversation_not_found') return undefined;
    this.context.report('a conversation could not be shortened', error);
    return undefined;
  }
}
