import { INVITATION_MS } from '../domain/rooms';
import { alice, answered, bob, carol, said } from '../testing/drafts';
import { NOT_FOUND, seqs, upTo, type Store, type Subject } from './subject';

const FORBIDDEN = { code: 'forbidden' };

/** Ways into a room and out of it, and what a process may know of those that are open in it. */
export function describeRooms(make: () => Promise<Subject>): void {
  let store: Store;
  let replica: Subject['replica'];
  let pass: Subject['pass'];
  beforeEach(async () => {
    ({ store, replica, pass } = await make());
  });

  const room = async (more: { open?: boolean; guests?: boolean } = {}) =>
    (await store.create(alice, { kind: 'room', title: 'Lunch', ...more })).id;
  const say = (id: string, text: string, by = alice) => store.append(by.id, id, said(by, text), text);

  describe('bringing people in', () => {
    const chat = async (by = alice) => (await store.create(by, { title: 'Help' })).id;

    it('makes a chat a room with them: they read what was said, and all may write', async () => {
      const id = await chat();
      await say(id, 'My parcel is lost');
      await expect(store.get(bob.id, id)).rejects.toMatchObject(NOT_FOUND);
      const { kind, open, members } = await store.bringIn(alice.id, id, [bob]);
      expect([kind, open]).toEqual(['room', false]);
      expect(members.map(({ id, role }) => [id, role])).toEqual([
        [alice.id, 'owner'],
        [bob.id, 'member'],
      ]);
      await say(id, 'I look into it', bob);
      await say(id, 'Thanks');
      expect(seqs((await replica().page(bob.id, id, { after: 0, limit: 10 })).items)).toEqual(upTo(3));
      expect(await replica().hearers(id)).toEqual(new Set([alice.id, bob.id]));
    });

    it('tells the room of what was begun while it was a chat', async () => {
      const id = await chat();
      await say(id, 'My parcel is lost');
      const held = await store.hold(alice.id, id);
      await replica().bringIn(alice.id, id, [bob]);
      await held.append(answered('Bob looks into it'), 'a', { after: 1 });
      expect((await store.states([id])).get(id)).toMatchObject({ head: 2 });
      const lists = await Promise.all([alice, bob].map((who) => store.list(who.id, { limit: 10 })));
      expect(lists.map(({ items }) => items.map(({ kind, head }) => [kind, head]))).toEqual([
        [['room', 2]],
        [['room', 2]],
      ]);
    });

    it('is in the list of each once, as a room', async () => {
      const id = await chat();
      await say(id, 'before');
      await store.bringIn(alice.id, id, [bob]);
      await say(id, 'after', bob);
      for (const { id: principal } of [alice, bob]) {
        const { items } = await store.list(principal, { limit: 10 });
        expect(items.map(({ id, kind, head }) => [id, kind, head])).toEqual([[id, 'room', 2]]);
        expect((await store.list(principal, { limit: 10, kind: 'chat' })).items).toEqual([]);
      }
    });

    it('again is harmless, and brings back who left', async () => {
      const id = await chat();
      await store.bringIn(alice.id, id, [bob]);
      await store.removeMember(bob.id, id, bob.id);
      await Promise.all([store.bringIn(alice.id, id, [bob]), replica().bringIn(alice.id, id, [alice, bob])]);
      expect((await store.get(alice.id, id)).members.map(({ id }) => id)).toEqual([alice.id, bob.id]);
    });

    it('is for the owner alone', async () => {
      const id = await chat();
      await expect(store.bringIn(bob.id, id, [bob])).rejects.toMatchObject(NOT_FOUND);
      await store.bringIn(alice.id, id, [bob]);
      await expect(store.bringIn(bob.id, id, [carol])).rejects.toMatchObject(FORBIDDEN);
      await store.remove(alice.id, id);
      await expect(store.bringIn(alice.id, id, [bob])).rejects.toMatchObject(NOT_FOUND);
    });

    it('a guest who signs in later keeps the room that his chat became', async () => {
      const id = await chat(carol);
      await say(id, 'hello', carol);
      await store.bringIn(carol.id, id, [bob]);
      expect(await store.handOver(carol.id, alice)).toEqual([id]);
      expect(await store.handOver(carol.id, alice)).toEqual([]);
      await expect(store.get(carol.id, id)).rejects.toMatchObject(NOT_FOUND);
      expect((await store.list(carol.id, { limit: 10 })).items).toEqual([]);
      expect((await store.list(alice.id, { limit: 10 })).items.map(({ id }) => id)).toEqual([id]);
      expect((await store.get(bob.id, id)).members.map(({ id, role }) => [id, role])).toEqual([
        [alice.id, 'owner'],
        [bob.id, 'member'],
      ]);
    });
  });

  describe('joining', () => {
    it('a closed room takes an invitation, and answers everything else as a room that is not there', async () => {
      const id = await room();
      await expect(store.join(bob, id)).rejects.toMatchObject(NOT_FOUND);
      await expect(store.join(bob, id, 'made up')).rejects.toMatchObject(NOT_FOUND);
      const { invitation } = await store.invite(alice.id, id);
      await expect(store.join(bob, await room(), invitation)).rejects.toMatchObject(NOT_FOUND);
      const joined = await replica().join(bob, id, invitation);
      expect(joined.members.map(({ id, role }) => [id, role])).toEqual([
        [alice.id, 'owner'],
        [bob.id, 'member'],
      ]);
      await say(id, 'hello', bob);
    });

    it('an invitation admits one person, also when two come at once', async () => {
      const id = await room({ guests: true });
      const { invitation } = await store.invite(alice.id, id);
      const both = await Promise.allSettled([store.join(bob, id, invitation), replica().join(carol, id, invitation)]);
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const [, second] = (await store.get(alice.id, id)).members;
      const [winner, loser] = second!.id === bob.id ? [bob, carol] : [carol, bob];
      expect((await store.join(winner, id)).id).toBe(id);
      await expect(store.join(loser, id, invitation)).rejects.toMatchObject(NOT_FOUND);
    });

    it('is not spent by a member, and not good after seven days', async () => {
      const id = await room();
      const { invitation, expiresAt } = await store.invite(alice.id, id);
      await store.join(alice, id, invitation);
      pass(INVITATION_MS - 60_000);
      await store.join(bob, id, invitation);
      const late = await store.invite(alice.id, id);
      expect(late.expiresAt).toBeGreaterThan(expiresAt);
      pass(INVITATION_MS);
      await expect(store.join({ ...bob, id: 'dave-0004' }, id, late.invitation)).rejects.toMatchObject(NOT_FOUND);
    });

    it('an open room takes everybody, guests only where it says so', async () => {
      const [open, forAll] = [await room({ open: true }), await room({ open: true, guests: true })];
      await store.join(bob, open);
      await expect(store.join(carol, open)).rejects.toMatchObject(NOT_FOUND);
      const { members } = await store.join(carol, forAll);
      expect(members.map(({ id, kind }) => [id, kind])).toEqual([
        [alice.id, 'user'],
        [carol.id, 'guest'],
      ]);
    });

    it('whom an owner took out of an open room comes back by invitation only; who left comes back by himself', async () => {
      const id = await room({ open: true });
      await store.join(bob, id);
      await store.removeMember(bob.id, id, bob.id);
      await store.join(bob, id);
      await store.removeMember(alice.id, id, bob.id);
      await expect(store.join(bob, id)).rejects.toMatchObject(NOT_FOUND);
      await store.join(bob, id, (await store.invite(alice.id, id)).invitation);
      await store.removeMember(bob.id, id, bob.id);
      await store.join(bob, id);
    });
  });

  describe('owners', () => {
    it('alone invite, mute and archive', async () => {
      const id = await room({ open: true });
      await store.join(bob, id);
      for (const act of [
        () => store.invite(bob.id, id),
        () => store.archive(bob.id, id),
        () => store.mute(bob.id, id, alice.id, true),
        () => store.mute(alice.id, id, alice.id, true),
      ])
        await expect(act()).rejects.toMatchObject(FORBIDDEN);
      for (const act of [() => store.invite(carol.id, id), () => store.archive(carol.id, id)])
        await expect(act()).rejects.toMatchObject(NOT_FOUND);
    });

    it('may be several', async () => {
      const id = await room({ guests: true });
      await store.addMember(alice.id, id, bob, 'owner');
      await store.addMember(bob.id, id, carol);
      const { seq } = await say(id, 'rude', carol);
      const { items } = await store.page(bob.id, id, { after: seq - 1, limit: 1 });
      await store.append(bob.id, id, { type: 'deleted', author: bob, of: items[0]!.id }, 'd');
      await store.removeMember(bob.id, id, carol.id);
      await expect(store.removeMember(bob.id, id, alice.id)).rejects.toMatchObject(FORBIDDEN);
      expect((await store.get(alice.id, id)).members.map(({ role }) => role)).toEqual(['owner', 'owner']);
    });

    it('one alone deletes the room: who made it, whoever else owns it', async () => {
      const id = await room({});
      await store.addMember(alice.id, id, bob, 'owner');
      await expect(store.remove(bob.id, id)).rejects.toMatchObject(FORBIDDEN);
      await store.remove(alice.id, id);
      await expect(store.get(bob.id, id)).rejects.toMatchObject(NOT_FOUND);
    });

    it('make a member read only, until they let him write again', async () => {
      const id = await room({ open: true });
      await store.join(bob, id);
      await store.mute(alice.id, id, bob.id, true);
      await expect(say(id, 'I say', bob)).rejects.toMatchObject(FORBIDDEN);
      expect((await store.page(bob.id, id, { limit: 1 })).items).toEqual([]);
      await store.mute(alice.id, id, bob.id, false);
      await say(id, 'I say', bob);
      await expect(store.mute(alice.id, id, 'nobody', true)).rejects.toMatchObject({ code: 'not_found' });
    });

    it('archive a room: it is read and never written or joined again', async () => {
      const id = await room({ open: true });
      await say(id, 'bye');
      for (const _ of [1, 2]) await store.archive(alice.id, id);
      await expect(say(id, 'late')).rejects.toMatchObject({ code: 'conversation_archived' });
      await expect(store.join(bob, id)).rejects.toMatchObject(NOT_FOUND);
      expect((await store.page(alice.id, id, { limit: 5 })).items).toHaveLength(1);
      expect((await store.get(alice.id, id)).archived).toBe(true);
      expect((await store.list(alice.id, { limit: 5, kind: 'room' })).items[0]).toMatchObject({ archived: true });
    });
  });

  describe('an own conversation', () => {
    it('is one for each principal and name, however many ask for it at once', async () => {
      const [first, second] = await Promise.all([store.own(alice, 'shop', {}), replica().own(alice, 'shop', {})]);
      expect(first.id).toBe(second.id);
      expect(await store.findOwn(alice.id, 'shop')).toBe(first.id);
      expect(await store.findOwn(bob.id, 'shop')).toBeUndefined();
      const others = [await store.own(bob, 'shop', {}), await store.own(alice, '', {})];
      expect(new Set([first.id, ...others.map(({ id }) => id)]).size).toBe(3);
    });

    it('is another one after it was deleted or handed over', async () => {
      const { id } = await store.own(carol, 'shop', {});
      await store.handOver(carol.id, alice);
      expect(await store.findOwn(carol.id, 'shop')).toBeUndefined();
      const next = await store.own(carol, 'shop', {});
      expect(next.id).not.toBe(id);
      await store.remove(carol.id, next.id);
      expect((await store.own(carol, 'shop', {})).id).not.toBe(next.id);
    });
  });

  describe('what is open in a process', () => {
    it('tells heads, and another version when members came or went', async () => {
      const [a, b, gone] = [await room({ open: true }), await room(), await room()];
      await store.remove(alice.id, gone);
      await say(a, 'one');
      const before = await replica().states([a, b, gone, 'never-was-there-at-all']);
      expect([...before.keys()].sort()).toEqual([a, b].sort());
      expect([before.get(a)?.head, before.get(b)?.head]).toEqual([1, 0]);
      const versions = [before.get(a)!.membersVersion];
      await store.join(bob, a);
      expect(await store.hearers(a)).toEqual(new Set([alice.id, bob.id]));
      versions.push((await store.states([a])).get(a)!.membersVersion);
      await store.removeMember(alice.id, a, bob.id);
      expect(await store.hearers(a)).toEqual(new Set([alice.id]));
      versions.push((await store.states([a])).get(a)!.membersVersion);
      expect(new Set(versions).size).toBe(3);
      expect(await store.hearers(gone)).toEqual(new Set());
    });

    it('reads the log behind a place', async () => {
      const id = await room();
      for (const n of upTo(5)) await say(id, `m${n}`);
      expect(seqs(await store.entriesAfter(id, 2, 2))).toEqual([3, 4]);
      expect(seqs(await store.entriesAfter(id, 4, 200))).toEqual([5]);
      expect(await store.entriesAfter(id, 5, 200)).toEqual([]);
    });
  });
}
