import type { Entry } from '@parley/protocol';
import { ERASED } from '../domain/erasure';
import { previewOf } from '../domain/preview';
import { isoTime, type StoreContext } from './context';
import { toEntry, unplaced, type EntryItem, type RecordItem } from './items';
import { claimPartOf, entryKey, logPartition, recordKey, scopeOf, scopedKey, type Key } from './keys';
import type { Log } from './log';
import type { Views } from './views';

export interface ErasedPart {
  /** One person's ids. */
  principals: readonly string[];
  /** ISO time: what was written later stays, but for late answers to what was said before. */
  until: string;
}

const NEEDED = ['pk', 'sk', 'seq', 'id', 'type', 'author', 'key', 'blanked', 'createdAt'];

/** Takes what one person wrote out of a log that others go on reading. */
export class ErasingEntries {
  constructor(
    private readonly context: StoreContext,
    private readonly log: Log,
    private readonly views: Views,
  ) {}

  /** What is done is not done again: an entry that was taken out is nobody's any more. */
  async erase(record: RecordItem, part: ErasedPart, told: (entry: Entry) => void): Promise<void> {
    // Known to the appends, so that each does not look for its place from the record's head on.
    let { head } = record;
    const isTheirs = partOf(part);
    for await (const item of this.log.entries(record.logId, { only: NEEDED })) {
      if (!isTheirs(item)) continue;
      if (item.type === 'message' && item.blanked !== true) {
        const deletion = await this.tell({ ...record, head }, item);
        head = deletion.seq;
        told(toEntry(deletion, record.id));
        await this.forgetTitle(record, item);
      }
      await this.blank(record, item, part);
    }
    await this.forgetClaims(record, part);
    await this.note(record);
  }

  /** Those who have read it let go of it by this. */
  private tell(record: RecordItem, { id }: EntryItem): Promise<EntryItem> {
    const createdAt = isoTime(this.context.now());
    const facts = { id: this.context.randomId(), key: scopedKey(ERASED.id, `deleted/${id}`), createdAt };
    return this.log.append(record, unplaced({ type: 'deleted', author: ERASED, of: id }, facts));
  }

  /** What an assistant answered him stays the assistant's. */
  private async blank({ logId }: RecordItem, { seq, author, type }: EntryItem, { principals }: ErasedPart) {
    await this.context.table.update(entryKey(logId, seq), {
      set: {
        key: scopedKey(ERASED.id, `${seq}`),
        author: principals.includes(author.id) ? ERASED : author,
        ...(type === 'message' || type === 'edited' ? { parts: '[]', blanked: true } : {}),
      },
      remove: ['clientId', 'callId'],
      when: 'attribute_exists(pk)',
    });
  }

  /** A title that was made of what he wrote. */
  private async forgetTitle({ id }: RecordItem, { id: of }: EntryItem): Promise<void> {
    const change = { remove: ['title', 'titleOf', 'titleBy'], when: '#state = :live AND #titleOf = :of' };
    await this.context.table.update(recordKey(id), { ...change, values: { live: 'live', of } });
  }

  private async forgetClaims({ logId }: RecordItem, { principals }: ErasedPart): Promise<void> {
    const { table } = this.context;
    const keys: Key[] = [];
    for (const principalId of principals) {
      const range = { pk: logPartition(logId), ...claimPartOf(principalId), only: ['pk', 'sk'] };
      for await (const { pk, sk } of table.query(range)) keys.push({ pk, sk });
    }
    await table.deleteAll(keys);
  }

  /** Tells the record, whose preview may be his. One who appends at the same time tells it more. */
  private async note(record: RecordItem): Promise<void> {
    const head = await this.log.head(record);
    const [last] = await this.views.messages(record, { limit: 1 });
    await this.context.table.update(recordKey(record.id), {
      set: { head, ...(last === undefined ? {} : { lastMessage: JSON.stringify(previewOf(last)) }) },
      ...(last === undefined ? { remove: ['lastMessage'] } : {}),
      when: '#state = :live AND #head <= :head',
      values: { live: 'live', head },
    });
  }
}

/** Whether an entry is part of it, to be asked of each in the order of the log. */
function partOf({ principals, until }: ErasedPart): (entry: EntryItem) => boolean {
  let isBack = false;
  return ({ author, key, createdAt }) => {
    const isTheirs = principals.includes(author.id);
    if (createdAt <= until) return isTheirs || principals.includes(scopeOf(key));
    // An answer may end long after it was asked for. Once he has said something anew, it is to that.
    isBack ||= isTheirs;
    return !isBack && author.kind === 'assistant' && principals.includes(scopeOf(key));
  };
}
