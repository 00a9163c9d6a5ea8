import type { ConversationKind, ConversationList, ConversationSummary, Message } from '@parley/protocol';
import type { ListQuery } from '../domain/conversation-store';
import { cursorOf, orderKey, parseCursor } from '../domain/cursor';
import { UNTITLED } from '../domain/preview';
import type { StoreContext } from './context';
import type { RecordItem } from './items';
import { CHATS, ROOMS, listOf, readMarkKey, recordKey } from './keys';
import type { Item, ItemMap } from './table';

/** Lines of the index that one request looks at before it answers with what it has and a `next`. */
const MAX_SCANNED = 1_000;

/** A conversation in the list: the place it is listed at, and its record as it is now. */
interface Line {
  key: string;
  record: RecordItem;
  readMark?: Item;
}

/** A principal's conversations, newest first. */
export class Listing {
  constructor(private readonly context: StoreContext) {}

  async list(principalId: string, { limit, cursor, q, kind }: ListQuery): Promise<ConversationList> {
    const before = cursor === undefined ? undefined : parseCursor(cursor);
    const matches = matcher(q);
    const [chats, rooms] = await Promise.all([
      kind === 'room' ? NONE : this.chats(principalId, { before, limit, matches }),
      kind === 'chat' ? [] : this.rooms(principalId, { before, matches }),
    ]);
    // Where the look at the chats was cut short, older rooms wait for the page that shows the older chats too.
    const lines = [...chats.lines, ...rooms.filter(({ key }) => key >= (chats.cutAt ?? ''))];
    lines.sort((a, b) => (a.key < b.key ? 1 : -1));
    const shown = lines.slice(0, limit);
    const next = lines.length > limit ? shown.at(-1)?.key : chats.cutAt;
    return {
      items: shown.map((line) => summary(line, principalId)),
      ...(next === undefined ? {} : { next: cursorOf(next) }),
    };
  }

  /** Up to `limit` + 1 chats before a place; `cutAt` says where it stopped looking for more. */
  private async chats(principalId: string, query: { before?: string; limit: number; matches: Matcher }) {
    const { before, limit, matches } = query;
    const lines: Line[] = [];
    const to = CHATS + (before ?? '~');
    let scanned = 0;
    let chunk: Item[] = [];
    const pageSize = limit + 2;
    const take = async () => {
      const records = await this.records(principalId, chunk.map(idOf));
      for (const item of chunk) {
        const line = lineOf(records, principalId, idOf(item), 'chat', (item.listedAt as string).slice(CHATS.length));
        if (line !== undefined && matches(line.record)) lines.push(line);
      }
      chunk = [];
    };
    for await (const item of this.context.table.queryIndex(listOf(principalId), CHATS, to, pageSize)) {
      if (item.listedAt === to) continue;
      chunk.push(item);
      scanned += 1;
      if (chunk.length < pageSize && scanned < MAX_SCANNED) continue;
      await take();
      if (lines.length > limit) return { lines };
      if (scanned >= MAX_SCANNED) return { lines, cutAt: (item.listedAt as string).slice(CHATS.length) };
    }
    await take();
    return { lines };
  }

  /** All rooms before a place: an append to a room writes nothing to its members, so their order is made here. */
  private async rooms(principalId: string, { before, matches }: { before?: string; matches: Matcher }) {
    const ids: string[] = [];
    for await (const item of this.context.table.queryIndex(listOf(principalId), ROOMS, `${ROOMS}~`, MAX_SCANNED)) {
      ids.push(idOf(item));
    }
    const records = await this.records(principalId, ids);
    return ids
      .map((id) => lineOf(records, principalId, id, 'room'))
      .filter((line): line is Line => line !== undefined && matches(line.record))
      .filter(({ key }) => before === undefined || key < before);
  }

  /** The index may lag behind, so titles, states and marks are read from the items themselves. */
  private records(principalId: string, ids: readonly string[]): Promise<ItemMap> {
    return this.context.table.getAll(ids.flatMap((id) => [recordKey(id), readMarkKey(id, principalId)]));
  }
}

const NONE: { lines: Line[]; cutAt?: string } = { lines: [] };

const idOf = ({ pk }: Item): string => pk.slice('C#'.length);

/** Nothing for a place that is not valid (any more): of a chat that is a room now, of a room that is none yet. */
function lineOf(
  items: ItemMap,
  principalId: string,
  id: string,
  kind: ConversationKind,
  listedAt?: string,
): Line | undefined {
  const record = items.get(recordKey(id)) as RecordItem | undefined;
  if (record?.state !== 'live' || record.kind !== kind) return undefined;
  return { key: listedAt ?? orderKey(record), record, readMark: items.get(readMarkKey(id, principalId)) };
}

type Matcher = (record: RecordItem) => boolean;

function matcher(q: string | undefined): Matcher {
  const words = q?.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
  return ({ title }) => words.every((word) => (title ?? UNTITLED).toLowerCase().includes(word));
}

function summary({ record, readMark }: Line, principalId: string): ConversationSummary {
  const { id, kind, head, first, title, updatedAt, lastMessage, archivedAt } = record;
  const ownRead = record.owner.id === principalId ? (record.ownRead ?? 0) : 0;
  const read = Math.max((readMark?.seq as number | undefined) ?? 0, ownRead, first - 1);
  return {
    id,
    title: title ?? UNTITLED,
    kind,
    head,
    unread: Math.max(0, head - read),
    ...(lastMessage === undefined ? {} : { lastMessage: JSON.parse(lastMessage) as Message }),
    ...(archivedAt === undefined ? {} : { archived: true }),
    updatedAt,
  };
}
