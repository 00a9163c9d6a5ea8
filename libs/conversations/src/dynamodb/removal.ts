import { isoTime, type StoreContext } from './context';
import type { RecordItem } from './items';
import { RECORD, REMOVALS, conversationPartition, logPartition, overlayKey, recordKey, type Key } from './keys';
import type { Log } from './log';
import { forbidden, notFound, type Records } from './records';

/** Deleting a conversation, and what it can be resumed from. */
export class Removal {
  constructor(
    private readonly context: StoreContext,
    private readonly records: Records,
    private readonly log: Log,
    /** Ends what still works on the conversation: calls, generations. It must come back only when they are stopped. */
    private readonly beforeRemove: (id: string) => Promise<void>,
  ) {}

  /** @throws ParleyError `conversation_not_found`, `forbidden` */
  async remove(principalId: string, id: string): Promise<void> {
    const record = await this.records.read(id);
    const isResumed = record?.state === 'deleting' && record.owner.id === principalId;
    await this.finish(isResumed ? record : await this.mark(principalId, id));
  }

  /** Finishes every deletion that was begun and not ended. */
  async finishAll(): Promise<number> {
    let finished = 0;
    for await (const { pk } of this.context.table.queryIndex(REMOVALS, ' ', '~', 100)) {
      const record = await this.records.read(pk.slice('C#'.length));
      if (record?.state !== 'deleting') continue;
      await this.finish(record);
      finished += 1;
    }
    return finished;
  }

  /** Retention: see ConversationUpkeep. */
  async raiseFirst(id: string, wanted: number): Promise<void> {
    for (;;) {
      const record = await this.records.read(id);
      if (record?.state !== 'live') throw notFound();
      const head = await this.log.head(record);
      const first = Math.min(Math.trunc(wanted), head + 1);
      if (first > record.first && !(await this.moveFirst(record, first, head))) continue;
      await this.eraseBefore(record, Math.max(first, record.first));
      return;
    }
  }

  /** The first write of a deletion: from here on the conversation is not found by anybody. */
  private async mark(principalId: string, id: string): Promise<RecordItem> {
    const record = await this.records.open(principalId, id);
    // Other owners run the room; it is one person's to end it for all.
    if (record.owner.id !== principalId) throw forbidden();
    const marked = await this.context.table.update(recordKey(id), {
      set: { state: 'deleting', member: REMOVALS, listedAt: isoTime(this.context.now()) },
      when: '#state = :live',
      values: { live: 'live' },
    });
    if (marked) return record;
    // Marked by another call meanwhile, or by this one when the answer to its first attempt was lost.
    const now = await this.records.read(id);
    if (now?.state !== 'deleting') throw notFound();
    return now;
  }

  /** Every step may be done again, by this process or another, also at the same time. */
  private async finish(record: RecordItem): Promise<void> {
    const { table, now } = this.context;
    await this.beforeRemove(record.id);
    await this.erase(record);
    // Once more for an append that had passed its checks before the mark. One that comes even later finds the mark
    // when it tells the record, and takes its entry back itself.
    await this.erase(record);
    await table.update(recordKey(record.id), {
      set: { state: 'deleted', deletedAt: isoTime(now()) },
      remove: [
        ...[
          'id',
          'logId',
          'kind',
          'owner',
          'title',
          'titleOf',
          'titleBy',
          'handedFrom',
          'assistant',
          'first',
          'head',
          'createdAt',
          'updatedAt',
        ],
        ...['lastMessage', 'ownRead', 'open', 'guests', 'archivedAt', 'membersVersion', 'member', 'listedAt'],
      ],
      when: '#state = :deleting',
      values: { deleting: 'deleting' },
    });
  }

  private async erase({ id, logId }: RecordItem): Promise<void> {
    await this.deleteKeys(logPartition(logId));
    await this.deleteKeys(conversationPartition(id));
  }

  private async deleteKeys(pk: string): Promise<void> {
    let page: Key[] = [];
    for await (const { sk } of this.context.table.query({ pk, from: ' ', to: '~', only: ['sk'] })) {
      if (sk === RECORD) continue;
      page.push({ pk, sk });
      if (page.length === 100) {
        await this.context.table.deleteAll(page);
        page = [];
      }
    }
    await this.context.table.deleteAll(page);
  }

  /** The head is written with it: when the entries are gone, the record alone knows how far the log had come. */
  private moveFirst({ id, lastMessage }: RecordItem, first: number, head: number): Promise<boolean> {
    const isPreviewGone = lastMessage !== undefined && (JSON.parse(lastMessage) as { seq: number }).seq < first;
    return this.context.table.update(recordKey(id), {
      set: { first, head },
      ...(isPreviewGone ? { remove: ['lastMessage'] } : {}),
      when: '#state = :live AND #first < :first AND #head <= :head',
      values: { live: 'live', first, head },
    });
  }

  private async eraseBefore({ logId }: RecordItem, first: number): Promise<void> {
    const { table } = this.context;
    let keys: Key[] = [];
    for await (const { pk, sk, seq, key } of this.log.entries(logId, {
      to: first - 1,
      only: ['pk', 'sk', 'seq', 'key'],
    })) {
      keys.push({ pk, sk }, overlayKey(logId, seq), { pk, sk: `K#${key}` });
      if (keys.length >= 99) {
        await table.deleteAll(keys);
        keys = [];
      }
    }
    await table.deleteAll(keys);
  }
}
