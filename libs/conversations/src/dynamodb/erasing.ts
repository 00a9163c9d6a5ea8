import { ParleyError } from '@parley/errors';
import type { Author } from '@parley/protocol';
import { orderKey } from '../domain/cursor';
import { ERASED, type ErasureOptions } from '../domain/erasure';
import { isoTime, type StoreContext } from './context';
import type { ErasingEntries } from './erasing-entries';
import { ITEM_VERSION, type FormerItem, type RecordItem } from './items';
import {
  CHATS,
  RECORD,
  ROOMS,
  blocksKey,
  conversationPartition,
  formerKey,
  leftBy,
  listOf,
  memberKey,
  ownPartition,
  readMarkKey,
  recordKey,
} from './keys';
import type { Memberships } from './memberships';
import type { Records } from './records';
import type { Removal } from './removal';
import type { Item } from './table';

const PAGE = 100;

/** Takes a principal out of conversations: see ErasedPrincipals. */
export class Erasing {
  constructor(
    private readonly context: StoreContext,
    private readonly records: Records,
    private readonly memberships: Memberships,
    private readonly removal: Removal,
    private readonly entries: ErasingEntries,
    /** Ends what is being written in a conversation. */
    private readonly stopWork: (id: string) => Promise<void>,
  ) {}

  async erase(principalId: string, options: ErasureOptions): Promise<void> {
    const { until } = options;
    for (const id of await this.listed(listOf(principalId), CHATS)) await this.removeOwn(principalId, id, until);
    const rooms = await Promise.all([listOf, leftBy].map((list) => this.listed(list(principalId), ROOMS)));
    for (const id of new Set(rooms.flat())) await this.eraseIn(principalId, id, options);
    await this.forgetNames(principalId);
    await this.forgetBlocks(principalId, options);
  }

  /** All at once: what is read is taken out of the index that it is read from. */
  private async listed(list: string, kind: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const { pk } of this.context.table.queryIndex(list, kind, `${kind}~`, PAGE))
      ids.push(pk.slice(conversationPartition('').length));
    return ids;
  }

  private async removeOwn(principalId: string, id: string, until: number): Promise<void> {
    const record = await this.records.read(id);
    if (record === undefined || record.state === 'deleted' || record.createdAt > isoTime(until)) return;
    if (record.owner.id !== principalId) return;
    await this.removal.remove(principalId, id).catch(unlessGone);
  }

  private async eraseIn(principalId: string, id: string, options: ErasureOptions): Promise<void> {
    const { table } = this.context;
    const { until, isSettled, told = () => undefined } = options;
    const record = await this.records.read(id);
    // Of one that is being deleted nothing stays.
    if (record?.state !== 'live' || record.createdAt > isoTime(until)) return;
    const former = (await table.get(formerKey(id, principalId))) as FormerItem | undefined;
    const isOwner = record.owner.id === principalId;
    const heir = isOwner ? await this.heirOf(record) : undefined;
    if (isOwner && heir === undefined) return this.removeOwn(principalId, id, until);

    const alias = former?.alias ?? (isOwner ? record.handedFrom : undefined);
    const principals = [principalId, ...(alias === undefined ? [] : [alias])];
    // The trace before the membership goes: who goes on with this finds the room by it.
    await this.records.putErased(id, principalId, { until, alias });
    if (heir !== undefined) await this.passOn(record, heir);
    if (await this.endMembership(principalId, id, until)) await this.memberships.changed(id);
    await this.forgetBeside(id, principals, until);
    await this.entries.erase(record, { principals, until: isoTime(until) }, told);
    if (alias !== undefined) await this.forgetAlias(id, alias);
    // Unless he has come back and left again since.
    const isOfThen = 'attribute_not_exists(#leftAt) OR #leftAt <= :until';
    if (isSettled) await table.deleteWhen(formerKey(id, principalId), isOfThen, { until: isoTime(until) });
  }

  /** The longest there of the owners, else of the users, else of the guests. */
  private async heirOf({ id, owner }: RecordItem): Promise<Author | undefined> {
    const members: Item[] = [];
    for await (const item of this.context.table.query({ pk: conversationPartition(id), from: 'M#', to: 'M$' }))
      if ((item.who as Author).id !== owner.id) members.push(item);
    const rank = ({ role, who, since = '' }: Item) =>
      `${role === 'owner' ? 0 : (who as Author).kind === 'user' ? 1 : 2}${since as string}`;
    members.sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
    return members[0]?.who as Author | undefined;
  }

  private async passOn({ id, owner }: RecordItem, { kind, id: heirId, name }: Author): Promise<void> {
    const passed = await this.context.table.update(recordKey(id), {
      set: { owner: { kind, id: heirId, name } },
      when: '#state = :live AND #owner.#id = :from',
      values: { live: 'live', from: owner.id },
    });
    if (passed) await this.records.putMember(id, { kind, id: heirId, name }, 'owner');
  }

  /** Who has come in since, has come anew. */
  private endMembership(principalId: string, id: string, until: number): Promise<boolean> {
    const when = 'attribute_exists(pk) AND (attribute_not_exists(#since) OR #since <= :until)';
    return this.context.table.deleteWhen(memberKey(id, principalId), when, { until: isoTime(until) });
  }

  /**
   * What stands beside the record: read marks and invitations that he had taken go, what his answers took is nobody's. That
   * an owner took him out stays: it protects those who are in the room. What he left since he came back stays too.
   */
  private async forgetBeside(id: string, principals: readonly string[], until: number): Promise<void> {
    const { table } = this.context;
    const isTheirs = (value: unknown) => principals.includes(value as string);
    let isBack = false;
    for await (const { pk, sk, principalId, takenBy, startedAt = '' } of table.query({
      ...{ pk: conversationPartition(id), from: ' ', to: '~' },
      only: ['pk', 'sk', 'principalId', 'takenBy', 'startedAt'],
    })) {
      if (sk === RECORD) continue;
      // Memberships come before read marks.
      isBack ||= principals.some((theirs) => sk === memberKey(id, theirs).sk);
      const isRead = principals.some((theirs) => sk === readMarkKey(id, theirs).sk);
      if ((isRead && !isBack) || isTheirs(takenBy)) await table.delete({ pk, sk });
      else if (sk.startsWith('U#') && isTheirs(principalId))
        await table.update({ pk, sk }, { set: { principalId: ERASED.id }, when: 'attribute_exists(pk)' });
      else if (sk === 'GENERATION' && isTheirs(principalId) && (startedAt as string) <= isoTime(until)) {
        await this.stopWork(id);
        // Unless somebody is answered since.
        const isSame = '#principalId = :theirs AND (attribute_not_exists(#startedAt) OR #startedAt = :startedAt)';
        await table.deleteWhen({ pk, sk }, isSame, { theirs: principalId, startedAt });
      }
    }
  }

  private async forgetAlias(id: string, alias: string): Promise<void> {
    const change = { remove: ['handedFrom'], when: '#handedFrom = :alias', values: { alias } };
    await this.context.table.update(recordKey(id), change);
  }

  /** Which conversations he had under names of his own. One of those that he has now has come since. */
  private async forgetNames(principalId: string): Promise<void> {
    const { table } = this.context;
    for await (const { pk, sk, id } of table.query({ pk: ownPartition(principalId), from: 'OWN#', to: 'OWN$' }))
      if (!(await this.isHis(principalId, id as string))) await table.delete({ pk, sk });
  }

  private async isHis(principalId: string, id: string): Promise<boolean> {
    const record = await this.records.read(id);
    return record?.state === 'live' && record.owner.id === principalId;
  }

  /** Whom he blocked. Emptied first, so that processes which have the list in memory see that; he may block somebody since. */
  private async forgetBlocks(principalId: string, { isSettled }: ErasureOptions): Promise<void> {
    const { table, now } = this.context;
    const key = blocksKey(principalId);
    if (isSettled)
      return void (await table.deleteWhen(key, 'attribute_not_exists(#blocked) AND #v = :v', { v: ITEM_VERSION }));
    const listedAt = orderKey({ updatedAt: isoTime(now()), id: principalId });
    await table.update(key, { set: { listedAt }, remove: ['blocked'], when: 'attribute_exists(pk)' });
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ParleyError && error.code === 'conversation_not_found')) throw error;
}
