import type { Entry, EntryPage, Message } from '@parley/protocol';
import type { PageQuery } from '../domain/conversation-store';
import { foldMessages, type Overlay } from '../domain/fold';
import { toEntry, toMessage, toOverlay, type EntryItem, type RecordItem } from './items';
import type { Log } from './log';

/** Reading the log: as it is, and as the view of it. */
export class Views {
  constructor(private readonly log: Log) {}

  async page(record: RecordItem, { before = Infinity, after, limit }: PageQuery): Promise<EntryPage> {
    const { first, logId } = record;
    const to = before === Infinity ? undefined : before - 1;
    const items =
      after === undefined
        ? await this.messages(record, { to, limit })
        : await this.raw(record, { from: Math.max(after + 1, first), to, limit });
    // Read after the items, so that no item lies beyond it.
    const head = Math.max(record.head, (await this.log.last(logId))?.seq ?? 0);
    return { items, first, head };
  }

  /** The newest `limit` messages of the view up to `to`, ascending. */
  async messages(record: RecordItem, { to, limit }: { to?: number; limit: number }): Promise<Message[]> {
    const view: Message[] = [];
    // What hides or changes a message stands behind it: read from the end on, it is read first.
    const behind: Overlay[] = [];
    let overlays = to === undefined ? behind : undefined;
    let chunk: EntryItem[] = [];
    const take = async () => {
      // Read after the entries: what hides one of them is then seen if it was there when the entry was read.
      overlays ??= (await this.log.overlays(record.logId)).map((item) => toOverlay(item, record.id));
      view.unshift(...this.fold(record, chunk, overlays).slice(-(limit - view.length)));
      chunk = [];
    };
    const range = { from: record.first, to, descending: true, pageSize: limit + 1 };
    for await (const item of this.log.entries(record.logId, range)) {
      if (item.type !== 'message') behind.push(toOverlay(item, record.id));
      else if (item.blanked !== true) chunk.push(item);
      if (chunk.length + view.length >= limit) {
        await take();
        if (view.length >= limit) return view;
      }
    }
    if (chunk.length > 0) await take();
    return view;
  }

  /** The readable message with this id, or else the newest with this client id. */
  async find(record: RecordItem, messageId: string): Promise<Message | undefined> {
    const candidates: EntryItem[] = [];
    for await (const item of this.log.entries(record.logId, { from: record.first, descending: true })) {
      if (item.type !== 'message' || item.blanked === true) continue;
      if (item.id === messageId) {
        candidates.unshift(item);
        break;
      }
      if (item.clientId === messageId) candidates.push(item);
    }
    if (candidates.length === 0) return undefined;
    const overlays = (await this.log.overlays(record.logId)).map((item) => toOverlay(item, record.id));
    const readable = this.fold(record, candidates, overlays);
    return readable.find(({ id }) => id === messageId) ?? readable.at(-1);
  }

  private async raw(record: RecordItem, { limit, ...range }: { from: number; to?: number; limit: number }) {
    const items: Entry[] = [];
    for await (const item of this.log.entries(record.logId, { ...range, pageSize: limit })) {
      items.push(toEntry(item, record.id));
      if (items.length === limit) break;
    }
    return items;
  }

  private fold(record: RecordItem, items: readonly EntryItem[], overlays: readonly Overlay[]): Message[] {
    return foldMessages(
      items.map((item) => toMessage(item, record.id)),
      overlays,
    );
  }
}
