import { alice, answered, bob, carol, said } from '../testing/drafts';
import { NOT_FOUND, textsOf, upTo, type Store, type Subject } from './subject';

const UNKNOWN = 'f2a1c0de-0000-4000-8000-000000000000';

/** Who may make, read, change and remove a conversation. */
export function describeRights(make: () => Promise<Subject>): void {
  let store: Store;
  let replica: Subject['replica'];
  beforeEach(async () => {
    ({ store, replica } = await make());
  });

  const chat = async () => (await store.create(alice, {})).id;
  const say = (id: string, text: string, key = text) => store.append(alice.id, id, said(alice, text), key);

  describe('creating', () => {
    it('makes a chat with its owner and assistant as members', async () => {
      const made = await store.create(alice, { title: 'Plans', assistant: 'general' });
      expect(made).toMatchObject({ title: 'Plans', kind: 'chat', head: 0, assistant: 'general' });
      expect(made.members.map(({ id, role }) => [id, role])).toEqual([
        [alice.id, 'owner'],
        ['general', 'member'],
      ]);
      expect(await store.get(alice.id, made.id)).toEqual(made);
    });

    it('takes an id that the client chose, and gives the owner the same conversation again', async () => {
      const first = await store.create(alice, { id: 'chosen-by-the-client', title: 'One' });
      expect(await store.create(alice, { id: 'chosen-by-the-client', title: 'Two' })).toEqual(first);
    });

    it('refuses an id of the wrong form, and any chosen id for a room', async () => {
      await expect(store.create(alice, { id: 'short' })).rejects.toMatchObject({ code: 'invalid_body' });
      const room = store.create(alice, { id: 'chosen-by-the-client', kind: 'room' });
      await expect(room).rejects.toMatchObject({ code: 'invalid_body' });
    });

    it('gives one id to one of two principals who ask for it at once', async () => {
      for (let round = 0; round < 10; round++) {
        const id = `contested-conversation-${round}`;
        const [a, b] = await Promise.allSettled([store.create(alice, { id }), replica().create(bob, { id })]);
        const won = [a, b].filter(({ status }) => status === 'fulfilled');
        const lost = [a, b].filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
        expect([won.length, lost.map(({ reason }) => reason.code)]).toEqual([1, [NOT_FOUND.code]]);
        const owner = a.status === 'fulfilled' ? alice : bob;
        expect((await store.get(owner.id, id)).members.map(({ id }) => id)).toEqual([owner.id]);
      }
    });
  });

  describe('handing over', () => {
    const guest = { kind: 'guest', id: 'g-visitor', name: 'Visitor' } as const;

    it('gives all chats of a guest to who he turned out to be, with what was said, and none of anybody else', async () => {
      const ids = [await store.create(guest, {}), await store.create(guest, {})].map(({ id }) => id);
      await store.append(guest.id, ids[0]!, said(guest, 'hello'), 'k');
      const other = await chat();
      const handed = await replica().handOver(guest.id, bob);
      expect(handed.sort()).toEqual([...ids].sort());
      expect((await store.list(bob.id, { limit: 10 })).items.map(({ id }) => id).sort()).toEqual([...ids].sort());
      expect(textsOf((await store.page(bob.id, ids[0]!, { limit: 10 })).items)).toEqual(['hello']);
      await store.append(bob.id, ids[0]!, said(bob, 'and on'), 'k');
      expect((await store.get(bob.id, ids[0]!)).members.map(({ id }) => id)).toContain(bob.id);
      await expect(store.get(guest.id, ids[0]!)).rejects.toMatchObject(NOT_FOUND);
      expect((await store.list(guest.id, { limit: 10 })).items).toEqual([]);
      await expect(store.get(bob.id, other)).rejects.toMatchObject(NOT_FOUND);
    });

    it('takes in the answer that was being written, and nothing else of the guest', async () => {
      const { id } = await store.create(guest, {});
      const answer = answered('an answer');
      await store.handOver(guest.id, bob);
      await replica().append(guest.id, id, answer, 'answer');
      expect(textsOf((await store.page(bob.id, id, { limit: 10 })).items)).toEqual(['an answer']);
      await expect(store.append(guest.id, id, said(guest, 'me again'), 'k')).rejects.toMatchObject(NOT_FOUND);
      await expect(store.page(guest.id, id, { limit: 10 })).rejects.toMatchObject(NOT_FOUND);
      await expect(store.append(carol.id, id, answer, 'answer')).rejects.toMatchObject(NOT_FOUND);
    });

    it('is harmless twice, at once, and from somebody who has nothing', async () => {
      const { id } = await store.create(guest, {});
      const both = await Promise.all([store.handOver(guest.id, bob), replica().handOver(guest.id, bob)]);
      expect(both.flat()).toEqual([id]);
      expect(await store.handOver(guest.id, carol)).toEqual([]);
      expect((await store.get(bob.id, id)).members[0]).toMatchObject({ id: bob.id, role: 'owner' });
    });
  });

  describe('rights', () => {
    const everything: [string, (id: string) => Promise<unknown>][] = [
      ['get', (id) => store.get(bob.id, id)],
      ['hold', (id) => store.hold(bob.id, id)],
      ['rename', (id) => store.rename(bob.id, id, 'Mine')],
      ['remove', (id) => store.remove(bob.id, id)],
      ['append', (id) => store.append(bob.id, id, said(bob, 'hello'), 'k')],
      ['page', (id) => store.page(bob.id, id, { limit: 10 })],
      ['lastMessages', (id) => store.lastMessages(bob.id, id, 10)],
      ['findMessage', (id) => store.findMessage(bob.id, id, 'x')],
      ['markRead', (id) => store.markRead(bob.id, id, 1)],
      ['addMember', (id) => store.addMember(bob.id, id, bob)],
      ['removeMember', (id) => store.removeMember(bob.id, id, bob.id)],
    ];
    it.each(everything)('%s answers unknown, malformed, foreign and deleted alike', async (_name, act) => {
      const foreign = await chat();
      const deleted = (await store.create(bob, {})).id;
      await store.remove(bob.id, deleted);
      for (const id of [UNKNOWN, '', 'x'.repeat(3_000), foreign, deleted]) {
        await expect(act(id)).rejects.toMatchObject(NOT_FOUND);
      }
      expect((await store.get(alice.id, foreign)).head).toBe(0);
    });

    it('lists nothing of somebody else', async () => {
      await chat();
      expect(await store.list(bob.id, { limit: 10 })).toEqual({ items: [] });
    });

    it('lets nobody write as another person', async () => {
      const id = await chat();
      const forged = store.append(alice.id, id, said(bob, 'I agree'), 'k');
      await expect(forged).rejects.toMatchObject({ code: 'forbidden' });
    });

    it('lets members of a room read and write, and its owner alone change it', async () => {
      const { id } = await store.create(alice, { kind: 'room', title: 'Lunch' });
      await expect(store.page(bob.id, id, { limit: 10 })).rejects.toMatchObject(NOT_FOUND);
      const room = await store.addMember(alice.id, id, bob);
      expect(room.members.map(({ id, role }) => [id, role])).toEqual([
        [alice.id, 'owner'],
        [bob.id, 'member'],
      ]);
      await store.append(bob.id, id, said(bob, 'where?'), 'k1');
      expect(textsOf((await store.page(bob.id, id, { limit: 10 })).items)).toEqual(['where?']);
      for (const act of [
        () => store.rename(bob.id, id, 'Mine'),
        () => store.remove(bob.id, id),
        () => store.addMember(bob.id, id, carol),
        () => store.removeMember(bob.id, id, alice.id),
      ]) {
        await expect(act()).rejects.toMatchObject({ code: 'forbidden' });
      }
    });

    it('shuts a member out who left or was taken out of a room', async () => {
      const { id } = await store.create(alice, { kind: 'room', title: 'Lunch' });
      for (const [member, by] of [
        [bob, bob],
        [carol, alice],
      ] as const) {
        await store.addMember(alice.id, id, member);
        await store.removeMember(by.id, id, member.id);
        await expect(store.get(member.id, id)).rejects.toMatchObject(NOT_FOUND);
        expect((await store.list(member.id, { limit: 10 })).items).toEqual([]);
      }
    });

    it('keeps a chat to its owner', async () => {
      const id = await chat();
      await expect(store.addMember(alice.id, id, bob)).rejects.toMatchObject({ code: 'forbidden' });
    });
  });

  describe('removing', () => {
    it('never gives an id again, not even to its owner', async () => {
      const { id } = await store.create(alice, { id: 'used-once-and-for-all' });
      await say(id, 'hello');
      await store.remove(alice.id, id);
      for (const who of [alice, bob]) {
        await expect(store.create(who, { id })).rejects.toMatchObject(NOT_FOUND);
        await expect(store.get(who.id, id)).rejects.toMatchObject(NOT_FOUND);
      }
      expect((await store.list(alice.id, { limit: 10 })).items).toEqual([]);
    });

    it('ends well for every caller when several remove at once', async () => {
      const id = await chat();
      for (const n of upTo(5)) await say(id, `m${n}`);
      const results = await Promise.allSettled([store, replica(), replica()].map((on) => on.remove(alice.id, id)));
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject(NOT_FOUND);
      }
      expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
      await expect(store.get(alice.id, id)).rejects.toMatchObject(NOT_FOUND);
    });
  });
}
