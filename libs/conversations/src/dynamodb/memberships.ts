import { createHash, randomBytes } from 'node:crypto';
import { ParleyError } from '@parley/errors';
import type { Author, Member } from '@parley/protocol';
import { INVITATION_MS, type Invitation } from '../domain/rooms';
import { isoTime, type StoreContext } from './context';
import { ITEM_VERSION, type RecordItem } from './items';
import { barredKey, conversationPartition, invitationKey, memberKey, recordKey } from './keys';
import { forbidden, notFound, type Records } from './records';

/** A secret is kept as its digest: who reads the table cannot join by it. */
const digestOf = (invitation: string) => createHash('sha256').update(invitation).digest('base64url');

/**
 * Who comes into a room, who leaves it, and who may write there. Every change ends with a new `membersVersion` of the record:
 * processes in which the room is open look at that every few seconds.
 */
export class Memberships {
  constructor(
    private readonly context: StoreContext,
    private readonly records: Records,
  ) {}

  async invite(principalId: string, id: string): Promise<Invitation> {
    const record = await this.openRoom(principalId, id);
    const invitation = randomBytes(24).toString('base64url');
    const expiresAt = this.context.now() + INVITATION_MS;
    const key = invitationKey(id, digestOf(invitation));
    const expiry = { endsAt: expiresAt, expiresAt: Math.ceil(expiresAt / 1_000) };
    await this.context.table.put({ ...key, v: ITEM_VERSION, ...expiry });
    await this.records.keepWhileLive(record, key);
    return { invitation, expiresAt };
  }

  async join(by: Author, id: string, invitation: string | undefined): Promise<RecordItem> {
    const { table } = this.context;
    const record = await this.records.read(id);
    if (record?.state !== 'live' || record.kind !== 'room') throw notFound();
    if (record.owner.id === by.id || (await table.get(memberKey(id, by.id))) !== undefined) return record;
    if (by.kind === 'guest' && record.guests !== true) throw notFound();
    if (record.archivedAt !== undefined) throw notFound();
    if (invitation === undefined) {
      if (record.open !== true || (await table.get(barredKey(id, by.id))) !== undefined) throw notFound();
      await this.put(record, by, 'member');
      return record;
    }
    const key = invitationKey(id, digestOf(invitation));
    // Taken for one principal first, erased when he is in: a join that broke off half way can be done again by him alone.
    const isTaken = await table.update(key, {
      set: { takenBy: by.id },
      when: 'attribute_exists(pk) AND #endsAt > :now AND (attribute_not_exists(#takenBy) OR #takenBy = :by)',
      values: { now: this.context.now(), by: by.id },
    });
    if (!isTaken) throw notFound();
    await this.put(record, by, 'member');
    await table.delete(key);
    return record;
  }

  async add(principalId: string, id: string, member: Author, role: Member['role'] = 'member'): Promise<RecordItem> {
    const record = await this.openRoom(principalId, id);
    if (member.id !== record.owner.id) await this.put(record, member, role);
    return record;
  }

  async bringIn(principalId: string, id: string, people: readonly Author[]): Promise<RecordItem> {
    const record = await this.records.openAsOwner(principalId, id);
    if (record.kind === 'chat') await this.records.makeRoom(record);
    const room: RecordItem = { ...record, kind: 'room' };
    for (const person of people) if (person.id !== record.owner.id) await this.put(room, person, 'member');
    return room;
  }

  async remove(principalId: string, id: string, memberId: string): Promise<void> {
    const { table } = this.context;
    const isOwnWish = principalId === memberId;
    const record = isOwnWish
      ? await this.records.open(principalId, id)
      : await this.records.openAsOwner(principalId, id);
    if (record.kind !== 'room' || memberId === record.owner.id) throw forbidden();
    // First, so that he cannot come back between the two.
    if (!isOwnWish) await table.put({ ...barredKey(id, memberId), v: ITEM_VERSION });
    await this.records.putFormer(id, memberId);
    await table.delete(memberKey(id, memberId));
    await this.changed(id);
  }

  async mute(principalId: string, id: string, memberId: string, muted: boolean): Promise<void> {
    const { owner } = await this.openRoom(principalId, id);
    if (memberId === owner.id) throw forbidden();
    const change = { set: { muted }, when: 'attribute_exists(pk)' };
    if (!(await this.context.table.update(memberKey(id, memberId), change))) throw new ParleyError('not_found');
  }

  async archive(principalId: string, id: string): Promise<void> {
    await this.openRoom(principalId, id);
    const archivedAt = isoTime(this.context.now());
    const change = { setOnce: { archivedAt }, when: '#state = :live', values: { live: 'live' } };
    if (!(await this.context.table.update(recordKey(id), change))) throw notFound();
  }

  /** Ids of all who may hear a conversation; of none that is not live. */
  async hearers(id: string): Promise<Set<string>> {
    const record = await this.records.read(id);
    if (record?.state !== 'live') return new Set();
    const hearers = new Set([record.owner.id]);
    if (record.kind === 'chat') return hearers;
    const pk = conversationPartition(id);
    for await (const { sk } of this.context.table.query({ pk, from: 'M#', to: 'M$', only: ['sk'] }))
      hearers.add(sk.slice('M#'.length));
    return hearers;
  }

  private async openRoom(principalId: string, id: string): Promise<RecordItem> {
    const record = await this.records.openAsOwner(principalId, id);
    if (record.kind !== 'room') throw forbidden();
    return record;
  }

  private async put(record: RecordItem, member: Author, role: Member['role']): Promise<void> {
    await this.records.putMember(record.id, member, role);
    await this.records.keepWhileLive(record, memberKey(record.id, member.id));
    await this.context.table.delete(barredKey(record.id, member.id));
    await this.changed(record.id);
  }

  async changed(id: string): Promise<void> {
    const change = { add: { membersVersion: 1 }, when: '#state = :live', values: { live: 'live' } };
    await this.context.table.update(recordKey(id), change);
  }
}
