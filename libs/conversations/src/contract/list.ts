import { alice, answered, bob, said } from '../testing/drafts';
import { type Store, type Subject } from './subject';

/** How a principal finds the conversations. */
export function describeList(make: () => Promise<Subject>): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  const chat = async () => (await store.create(alice, {})).id;
  const say = (id: string, text: string, key = text) => store.append(alice.id, id, said(alice, text), key);

  describe('listing', () => {
    it('lists the newest first, and what is written to comes to the front', async () => {
      const [a, b, c] = [await chat(), await chat(), await chat()];
      await say(a as string, 'hello');
      const { items, next } = await store.list(alice.id, { limit: 10 });
      expect(items.map(({ id }) => id)).toEqual([a, c, b]);
      expect(next).toBeUndefined();
      expect(items[0]).toMatchObject({ head: 1, title: 'hello', lastMessage: { seq: 1 } });
    });

    it('gives every unchanged conversation exactly once over the pages, rooms among chats', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 11; n++) {
        const { id } = await store.create(alice, { kind: n % 3 === 0 ? 'room' : 'chat' });
        await say(id, `m${n}`);
        ids.unshift(id);
      }
      for (const limit of [1, 2, 3, 5, 11, 50]) {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await store.list(alice.id, { limit, cursor });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          seen.push(...page.items.map(({ id }) => id));
          cursor = page.next;
        } while (cursor !== undefined);
        expect(seen).toEqual(ids);
      }
      const rooms = await store.list(alice.id, { limit: 50, kind: 'room' });
      expect(rooms.items.map(({ kind }) => kind)).toEqual(['room', 'room', 'room', 'room']);
    });

    it('keeps its place when conversations change, are deleted or added between two pages', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 6; n++) ids.unshift(await chat());
      const first = await store.list(alice.id, { limit: 2 });
      await store.remove(alice.id, ids[1] as string);
      await say(ids[5] as string, 'to the front');
      await chat();
      const second = await store.list(alice.id, { limit: 10, cursor: first.next });
      expect(second.items.map(({ id }) => id)).toEqual([ids[2], ids[3], ids[4]]);
    });

    it('takes the title that a model made once, and never in the place of a person’s own', async () => {
      const id = await chat();
      expect(await store.entitle(alice.id, id, 'Too early')).toBe(false);
      const message = await say(id, 'How do trains brake?');
      expect(await store.entitle(alice.id, id, 'Brakes of trains')).toBe(true);
      expect(await store.entitle(alice.id, id, 'Another')).toBe(false);
      expect((await store.get(alice.id, id)).title).toBe('Brakes of trains');
      await expect(store.entitle(bob.id, id, 'Mine')).rejects.toMatchObject({ code: 'conversation_not_found' });

      // It is made of what was said, and goes with it.
      await store.append(alice.id, id, { type: 'deleted', author: alice, of: message.id }, 'd');
      expect((await store.get(alice.id, id)).title).toBe('New conversation');

      const named = await chat();
      await say(named, 'hello');
      await store.rename(alice.id, named, 'My own');
      expect(await store.entitle(alice.id, named, 'Brakes')).toBe(false);
    });

    it('finds titles by words in any case', async () => {
      await store.create(alice, { title: 'Trip to Porto' });
      await store.create(alice, { title: 'Groceries' });
      const { items } = await store.list(alice.id, { limit: 1, q: 'porto TRIP' });
      expect(items.map(({ title }) => title)).toEqual(['Trip to Porto']);
    });

    it('refuses a cursor that it did not give', async () => {
      for (const cursor of ['x', '', Buffer.from('chat#1').toString('base64url')]) {
        await expect(store.list(alice.id, { limit: 1, cursor })).rejects.toMatchObject({ code: 'invalid_body' });
      }
    });

    it('counts what lies after the read mark, which only moves forwards', async () => {
      const { id } = await store.create(alice, { kind: 'room' });
      await store.addMember(alice.id, id, bob);
      for (const text of ['a', 'b', 'c']) await say(id, text);
      const unread = async () => (await store.list(bob.id, { limit: 1 })).items[0]?.unread;
      expect(await unread()).toBe(3);
      await store.markRead(bob.id, id, 2);
      await store.markRead(bob.id, id, 1);
      expect(await unread()).toBe(1);
      expect(await store.markRead(bob.id, id, 99)).toBe(3);
      await say(id, 'd');
      expect(await unread()).toBe(1);
    });

    it('counts in a chat only what came after the owner’s own last word', async () => {
      const id = await chat();
      await say(id, 'question');
      await store.append(alice.id, id, answered('answer'), 'a');
      expect((await store.list(alice.id, { limit: 1 })).items[0]).toMatchObject({ head: 2, unread: 1 });
    });

    it('keeps a name that a person gave', async () => {
      const id = await chat();
      expect(await store.rename(alice.id, id, 'Named')).toMatchObject({ title: 'Named' });
      await say(id, 'hello');
      expect((await store.list(alice.id, { limit: 1 })).items[0]?.title).toBe('Named');
    });
  });
}
