import { setTimeout as sleep } from 'node:timers/promises';
import { ParleyError } from '@parley/errors';
import type { AppendOptions } from '../domain/conversation-store';
import type { StoreContext } from './context';
import { MAX_ITEM_BYTES, itemBytes } from './item-size';
import { ITEM_VERSION, placed, type EntryItem, type RecordItem, type UnplacedEntry } from './items';
import { MAX_SEQ, claimKey, entryKey, logPartition, overlayKey } from './keys';

/** Lost races after which an append gives up. Each means that somebody else's append succeeded. */
const MAX_RACES = 200;

/** The log of one conversation: where entries get their place. Knows nothing of rights. */
export class Log {
  constructor(private readonly context: StoreContext) {}

  /**
   * Places an entry at head + 1, unless one with its key is in the log already.
   *
   * The claim says from where to look for the key. It is written before the entry and never changed, so whoever finds
   * it, on any replica and at any time, looks at every place that any attempt can have taken. Who knows that by himself
   * says `after` and needs none.
   */
  async append(record: RecordItem, entry: UnplacedEntry, { after }: AppendOptions = {}): Promise<EntryItem> {
    const { logId } = record;
    if (itemBytes(placed(entry, logId, MAX_SEQ)) > MAX_ITEM_BYTES) throw new ParleyError('too_large');

    // A claim that is new says that nothing of this key is in the log, and the record says where the head is.
    const claim =
      after === undefined ? await this.claim(record, entry.key) : { head: after, isNew: after === record.head };
    let searched = claim.head;
    let search = !claim.isNew;
    for (let races = 0; races < MAX_RACES; races++) {
      if (search) {
        const { found, head } = await this.search(logId, searched, entry.key);
        if (found !== undefined) return found;
        // The newest entries may have expired: the head never goes back behind what the record knows.
        searched = Math.max(head, record.head);
      }
      const item = placed(entry, logId, searched + 1);
      if (await this.put(item, logId)) return item;
      search = true;
      await sleep(Math.random() * Math.min(50, 2 * races));
    }
    throw new ParleyError('store_unavailable', { cause: new Error(`an append lost ${MAX_RACES} races`) });
  }

  /** The newest `seq` of the log. */
  async head(record: RecordItem): Promise<number> {
    return Math.max(record.head, (await this.last(record.logId))?.seq ?? 0);
  }

  async last(logId: string): Promise<EntryItem | undefined> {
    for await (const item of this.entries(logId, { descending: true, pageSize: 1 })) return item;
    return undefined;
  }

  /** Entries between two `seq`s, both included. */
  async *entries(
    logId: string,
    range: { from?: number; to?: number; descending?: boolean; pageSize?: number; only?: readonly string[] } = {},
  ): AsyncGenerator<EntryItem> {
    const { from = 1, to = MAX_SEQ, ...rest } = range;
    if (from > to) return;
    const [{ pk, sk: first }, { sk: last }] = [entryKey(logId, from), entryKey(logId, to)];
    yield* this.context.table.query({ pk, from: first, to: last, ...rest }) as AsyncGenerator<EntryItem>;
  }

  /** The entries that are no messages, ascending. */
  async overlays(logId: string): Promise<EntryItem[]> {
    const { table } = this.context;
    const keys = [];
    for await (const { seq } of table.query({ pk: logPartition(logId), from: 'O#', to: 'O$' })) {
      keys.push(entryKey(logId, seq as number));
    }
    const items = await table.getAll(keys);
    // A note of an append that lost its race names an entry that is something else, or is not there yet.
    return keys
      .map((key) => items.get(key) as EntryItem | undefined)
      .filter((item): item is EntryItem => item !== undefined && item.type !== 'message');
  }

  /** The newest message with this id, readable or not. */
  async locate(logId: string, messageId: string): Promise<EntryItem | undefined> {
    for await (const item of this.entries(logId, { descending: true })) {
      if (item.type === 'message' && item.id === messageId) return item;
    }
    return undefined;
  }

  /** Takes an entry back out of a log that was deleted while it was appended. */
  async withdraw(logId: string, item: EntryItem): Promise<void> {
    await this.context.table.deleteAll([
      entryKey(logId, item.seq),
      overlayKey(logId, item.seq),
      claimKey(logId, item.key),
    ]);
  }

  private async claim({ logId, head }: RecordItem, key: string): Promise<{ head: number; isNew: boolean }> {
    const { table } = this.context;
    if (await table.putNew({ ...claimKey(logId, key), v: ITEM_VERSION, head })) return { head, isNew: true };
    const claim = await table.get(claimKey(logId, key));
    // Gone again only with its whole log; the head it would have named is then of no interest.
    return { head: (claim?.head as number | undefined) ?? 0, isNew: false };
  }

  private async search(logId: string, after: number, key: string): Promise<{ found?: EntryItem; head: number }> {
    let head = after;
    for await (const { seq, key: theirs } of this.entries(logId, { from: after + 1, only: ['seq', 'key'] })) {
      if (theirs === key) {
        const found = (await this.context.table.get(entryKey(logId, seq))) as EntryItem | undefined;
        return { found, head };
      }
      head = seq;
    }
    return { head };
  }

  private async put(item: EntryItem, logId: string): Promise<boolean> {
    const { table } = this.context;
    // First, so that whoever can read the entry can also find it. See `overlays` for what a lost race leaves.
    if (item.type !== 'message') {
      await table.put({ ...overlayKey(logId, item.seq), v: ITEM_VERSION, seq: item.seq });
    }
    return table.putNew(item);
  }
}
