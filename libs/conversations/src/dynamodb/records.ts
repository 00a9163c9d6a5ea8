import { ParleyError } from '@parley/errors';
import {
  conversationIdSchema,
  type Author,
  type Conversation,
  type ConversationKind,
  type Member,
} from '@parley/protocol';
import type { ConversationDraft } from '../domain/conversation-store';
import { orderKey } from '../domain/cursor';
import { UNTITLED } from '../domain/preview';
import { isoTime, type StoreContext } from './context';
import { ITEM_VERSION, type RecordItem } from './items';
import {
  CHATS,
  ROOMS,
  conversationPartition,
  formerKey,
  leftBy,
  listOf,
  memberKey,
  ownPartition,
  recordKey,
  type Key,
} from './keys';
import type { Item } from './table';

/** Lines of the index that one request reads. */
const HANDED_AT_ONCE = 100;

export const notFound = () => new ParleyError('conversation_not_found');
export const forbidden = () => new ParleyError('forbidden');

const listedAsFormer = (id: string, principalId: string) => ({
  v: ITEM_VERSION,
  member: leftBy(principalId),
  listedAt: ROOMS + id,
});

const conversationIn = (pk: string): string => pk.slice(conversationPartition('').length);

export const chatPlace = (updatedAt: string, id: string): string => CHATS + orderKey({ updatedAt, id });

/** A conversation, and what a principal is in it. */
export interface Admitted {
  record: RecordItem;
  role: Member['role'];
  isMuted: boolean;
}

/** Records and memberships: who may read a conversation, who may change it. */
export class Records {
  constructor(private readonly context: StoreContext) {}

  /** The record, if it is live and the principal is a member. @throws ParleyError `conversation_not_found` otherwise. */
  async open(principalId: string, id: string): Promise<RecordItem> {
    return (await this.admit(principalId, id)).record;
  }

  /** The same, with what the principal is in it. */
  async admit(principalId: string, id: string): Promise<Admitted> {
    return this.placed(principalId, await this.read(id));
  }

  /**
   * The same for an answer. One that was asked for by a guest who has signed in meanwhile comes to whom he turned out to be.
   *
   * @throws ParleyError `conversation_not_found`
   */
  async admitAnswer(principalId: string, id: string): Promise<Admitted> {
    const record = await this.read(id);
    if (record?.state === 'live' && record.handedFrom === principalId)
      return { record, role: 'member', isMuted: false };
    return this.placed(principalId, record);
  }

  /** The same for what only the owner may do. @throws ParleyError `forbidden` for any other member. */
  async openAsOwner(principalId: string, id: string): Promise<RecordItem> {
    const { record, role } = await this.admit(principalId, id);
    if (role !== 'owner') throw forbidden();
    return record;
  }

  /** The record in whatever state. An id that no conversation can have is not looked up. */
  async read(id: string): Promise<RecordItem | undefined> {
    if (!conversationIdSchema.safeParse(id).success) return undefined;
    return (await this.context.table.get(recordKey(id))) as RecordItem | undefined;
  }

  async create(by: Author, draft: ConversationDraft): Promise<RecordItem> {
    const { table, randomId } = this.context;
    const kind = draft.kind ?? 'chat';
    if (draft.id !== undefined && (kind === 'room' || !conversationIdSchema.safeParse(draft.id).success)) {
      throw new ParleyError('invalid_body', { details: [{ path: 'id', message: 'a UUID, of a chat' }] });
    }
    const record = this.newRecord(by, draft, kind, draft.id ?? randomId());
    // Two writes without a transaction: a membership without its room lists nothing, a room without its owner's
    // membership would be lost to him.
    if (kind === 'room') await this.putMember(record.id, by, 'owner');
    if (await table.putNew(record)) return record;
    return this.existing(by, record.id);
  }

  /** Somebody was there first: the same owner (perhaps this very call, its first answer lost) has his conversation. */
  private async existing(by: Author, id: string): Promise<RecordItem> {
    const record = await this.read(id);
    if (record?.state !== 'live' || record.owner.id !== by.id) throw notFound();
    return record;
  }

  async rename(record: RecordItem, title: string): Promise<RecordItem> {
    const change = { set: { title, titleOf: '' }, when: '#state = :live', values: { live: 'live' } };
    if (!(await this.context.table.update(recordKey(record.id), change))) throw notFound();
    return { ...record, title };
  }

  async entitle(record: RecordItem, title: string): Promise<boolean> {
    return this.context.table.update(recordKey(record.id), {
      set: { title, titleBy: 'model' },
      when: '#state = :live AND attribute_not_exists(#titleBy) AND attribute_exists(#titleOf) AND #titleOf <> :person',
      values: { live: 'live', person: '' },
    });
  }

  /** Takes back what was put beside a record whose deletion began meanwhile: its sweep may have passed already. */
  async keepWhileLive(record: RecordItem, key: { pk: string; sk: string }): Promise<void> {
    if ((await this.read(record.id))?.state === 'live') return;
    await this.context.table.delete(key);
    throw notFound();
  }

  /**
   * Of a chat. Its owner's membership comes first: until the record says `room`, nothing is listed by it, and from then on
   * nothing by the chat's own place, so it is in his list once at any moment.
   */
  async makeRoom({ id, owner }: RecordItem): Promise<void> {
    await this.putMember(id, owner, 'owner');
    const isRoom = await this.context.table.update(recordKey(id), {
      set: { kind: 'room', open: false, guests: owner.kind === 'guest' },
      remove: ['member', 'listedAt'],
      add: { membersVersion: 1 },
      when: '#state = :live',
      values: { live: 'live' },
    });
    if (isRoom) return;
    await this.context.table.delete(memberKey(id, owner.id));
    throw notFound();
  }

  /** One conditional write for each: whoever else deletes one or hands it over at the same time, it has one owner. */
  async handOver(fromId: string, { kind, id, name }: Author): Promise<string[]> {
    const { table } = this.context;
    const owner = { kind, id, name };
    const change = {
      add: { membersVersion: 1 },
      when: '#state = :live AND #owner.#id = :from',
      values: { live: 'live', from: fromId },
    };
    const handed: string[] = [];
    const ofChat = { ...change, set: { owner, handedFrom: fromId, member: listOf(id) } };
    for await (const { pk, sk } of table.queryIndex(listOf(fromId), CHATS, `${CHATS}~`, HANDED_AT_ONCE))
      if (await table.update({ pk, sk }, ofChat)) handed.push(conversationIn(pk));
    const ofRoom = { ...change, set: { owner, handedFrom: fromId } };
    for await (const { pk } of table.queryIndex(listOf(fromId), ROOMS, `${ROOMS}~`, HANDED_AT_ONCE)) {
      const room = conversationIn(pk);
      if ((await this.read(room))?.owner.id !== fromId) continue;
      // Before the record: a room whose owner is no member would be in nobody's list.
      await this.putMember(room, owner, 'owner');
      if (await table.update(recordKey(room), ofRoom)) handed.push(room);
      await table.delete(memberKey(room, fromId));
    }
    const names: Key[] = [];
    for await (const { pk, sk } of table.query({
      pk: ownPartition(fromId),
      from: 'OWN#',
      to: 'OWN$',
      only: ['pk', 'sk'],
    }))
      names.push({ pk, sk });
    await table.deleteAll(names);
    return handed;
  }

  async members(record: RecordItem): Promise<Member[]> {
    const owner: Member = { ...record.owner, role: 'owner' };
    const members: Member[] = [owner];
    if (record.kind === 'room') {
      const pk = conversationPartition(record.id);
      for await (const item of this.context.table.query({ pk, from: 'M#', to: 'M$' })) {
        const who = item.who as Author;
        if (who.id !== owner.id) members.push({ ...who, role: item.role === 'owner' ? 'owner' : 'member' });
      }
    }
    const { assistant } = record;
    if (assistant !== undefined) members.push({ kind: 'assistant', id: assistant, name: assistant, role: 'member' });
    return members;
  }

  async describe(record: RecordItem, head: number): Promise<Conversation> {
    return {
      id: record.id,
      title: record.title ?? UNTITLED,
      kind: record.kind,
      head,
      members: await this.members(record),
      ...(record.assistant === undefined ? {} : { assistant: record.assistant }),
      ...(record.kind === 'room' ? { open: record.open === true, guests: record.guests === true } : {}),
      ...(record.archivedAt === undefined ? {} : { archived: true }),
      createdAt: record.createdAt,
      updatedAt: record.updatedAt,
    };
  }

  private async placed(principalId: string, record: RecordItem | undefined): Promise<Admitted> {
    const place = record?.state === 'live' ? await this.placeOf(principalId, record) : undefined;
    if (record === undefined || place === undefined) throw notFound();
    return { record, ...place };
  }

  /** What a principal is in a conversation; nothing in one that is not his. */
  private async placeOf(
    principalId: string,
    { id, kind, owner }: RecordItem,
  ): Promise<{ role: Member['role']; isMuted: boolean } | undefined> {
    if (owner.id === principalId) return { role: 'owner', isMuted: false };
    const item = kind === 'room' ? await this.context.table.get(memberKey(id, principalId)) : undefined;
    return item && { role: item.role === 'owner' ? 'owner' : 'member', isMuted: item.muted === true };
  }

  async putMember(id: string, who: Author, role: Member['role']): Promise<void> {
    const since = isoTime(this.context.now());
    const item: Item = { ...memberKey(id, who.id), v: ITEM_VERSION, who: { ...who }, role, since };
    await this.context.table.put({ ...item, member: listOf(who.id), listedAt: ROOMS + id });
  }

  /** That somebody was a member, before he is none any more: what he said in the room can still be found by his id. */
  async putFormer(id: string, principalId: string): Promise<void> {
    const set = { ...listedAsFormer(id, principalId), leftAt: isoTime(this.context.now()) };
    await this.context.table.update(formerKey(id, principalId), { set });
  }

  /** The same for one who is erased. That he came back and left again later stays. */
  async putErased(id: string, principalId: string, { until, alias }: { until: number; alias?: string | undefined }) {
    const set = { ...listedAsFormer(id, principalId), ...(alias === undefined ? {} : { alias }) };
    await this.context.table.update(formerKey(id, principalId), { set, setOnce: { leftAt: isoTime(until) } });
  }

  private newRecord(by: Author, draft: ConversationDraft, kind: ConversationKind, id: string): RecordItem {
    const at = isoTime(this.context.now());
    return {
      ...recordKey(id),
      v: ITEM_VERSION,
      id,
      state: 'live',
      logId: this.context.randomId(),
      kind,
      owner: { kind: by.kind, id: by.id, name: by.name },
      ...(draft.title === undefined ? {} : { title: draft.title, titleOf: '' }),
      ...(draft.assistant === undefined ? {} : { assistant: draft.assistant }),
      ...(kind === 'room' ? { open: draft.open === true, guests: draft.guests === true } : {}),
      first: 1,
      head: 0,
      createdAt: at,
      updatedAt: at,
      ...(kind === 'chat' ? { member: listOf(by.id), listedAt: chatPlace(at, id) } : {}),
    };
  }
}
