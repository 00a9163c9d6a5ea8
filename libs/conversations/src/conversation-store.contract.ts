import type { Entry } from '@parley/protocol';
import { textOf } from '@parley/protocol';
import type { ConversationStore, ConversationUpkeep } from './domain/conversation-store';
import { alice, answered, assistant, bob, carol, said, seeded } from './testing/drafts';

export type Store = ConversationStore & ConversationUpkeep;

/** A store under test: `replica` is the same store as another process sees it. */
export interface Subject {
  store: Store;
  replica: () => Store;
}

const NOT_FOUND = { code: 'conversation_not_found' };
const UNKNOWN = 'f2a1c0de-0000-4000-8000-000000000000';
const textsOf = (entries: readonly Entry[]) =>
  entries.map((entry) => ('parts' in entry ? textOf(entry.parts) : entry.type));
const seqs = (entries: readonly Entry[]) => entries.map(({ seq }) => seq);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** What every ConversationStore promises. `make` gives a store with nothing in it. */
export function describeConversationStore(name: string, make: () => Promise<Subject>): void {
  describe(`${name}: a conversation store`, () => {
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

    describe('rights', () => {
      const everything: [string, (id: string) => Promise<unknown>][] = [
        ['get', (id) => store.get(bob.id, id)],
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

    describe('appending', () => {
      it('numbers entries from 1 and answers each as it will be read', async () => {
        const id = await chat();
        const parts = [
          { type: 'text', text: 'hé 🎧' },
          { type: 'tool-search', input: { n: 0.1, empty: '', none: null } },
        ];
        const entry = await store.append(
          alice.id,
          id,
          said(alice, '', { parts, clientId: 'c1', callId: 'call', interrupted: true }),
          'c1',
        );
        expect(entry).toMatchObject({
          type: 'message',
          seq: 1,
          conversationId: id,
          author: alice,
          parts,
          clientId: 'c1',
        });
        expect((await store.page(alice.id, id, { after: 0, limit: 10 })).items).toEqual([entry]);
      });

      it('keeps the id of an answer that was told before it was written', async () => {
        const id = await chat();
        const entry = await store.append(alice.id, id, answered('Hello', { id: 'msg_known' }), 'g1');
        expect(entry).toMatchObject({ id: 'msg_known', role: 'assistant', author: assistant });
      });

      it('answers the entry of then for a key that is in the log', async () => {
        const id = await chat();
        const first = await say(id, 'once', 'k');
        expect(await store.append(alice.id, id, said(alice, 'twice'), 'k')).toEqual(first);
        expect((await store.get(alice.id, id)).head).toBe(1);
      });

      it('finds a resent key after many later entries', async () => {
        const id = await chat();
        const first = await say(id, 'the first', 'k');
        for (const n of upTo(120)) await say(id, `later ${n}`);
        expect(await replica().append(alice.id, id, said(alice, 'the first'), 'k')).toEqual(first);
        expect((await store.get(alice.id, id)).head).toBe(121);
      });

      it('does not mix up two members who use the same client id', async () => {
        const { id } = await store.create(alice, { kind: 'room' });
        await store.addMember(alice.id, id, bob);
        await store.append(alice.id, id, said(alice, 'from alice'), '1');
        await store.append(bob.id, id, said(bob, 'from bob'), '1');
        expect(textsOf((await store.page(bob.id, id, { limit: 10 })).items)).toEqual(['from alice', 'from bob']);
      });

      it.each([1, 2, 3])('keeps seq gapless and nothing twice when replicas append at once (seed %i)', async (seed) => {
        const id = await chat();
        const random = seeded(seed);
        const replicas = [store, replica(), replica()];
        const keys = upTo(40).map((n) => `k${n}`);
        // Each key is sent up to three times, in any order, on any replica.
        const sends = keys
          .flatMap((key) => Array.from({ length: 1 + Math.floor(random() * 3) }, () => key))
          .sort(() => random() - 0.5);
        const answers = await Promise.all(
          sends.map(async (key) => {
            const on = replicas[Math.floor(random() * replicas.length)] as Store;
            return { key, entry: await on.append(alice.id, id, said(alice, key), key) };
          }),
        );
        const { items, head } = await store.page(alice.id, id, { after: 0, limit: 200 });
        expect([seqs(items), head]).toEqual([upTo(keys.length), keys.length]);
        expect(textsOf(items).sort()).toEqual([...keys].sort());
        for (const { key, entry } of answers) {
          expect(entry).toEqual(items.find((item) => textsOf([item])[0] === key));
        }
      });

      it('refuses an entry that is too large for one item before it is sent', async () => {
        const id = await chat();
        const big = said(alice, 'é'.repeat(210_000));
        await expect(store.append(alice.id, id, big, 'k')).rejects.toMatchObject({ code: 'too_large', status: 413 });
        expect((await say(id, 'small', 'k')).seq).toBe(1);
      });

      it('refuses an empty and an endless key', async () => {
        const id = await chat();
        for (const key of ['', 'k'.repeat(257)]) {
          await expect(say(id, 'x', key)).rejects.toMatchObject({ code: 'invalid_body' });
        }
      });
    });

    describe('edits, deletions, supersessions', () => {
      const view = async (id: string) => textsOf((await store.page(alice.id, id, { limit: 50 })).items);

      it('shows the last edit and keeps every entry in the log', async () => {
        const id = await chat();
        const { id: of } = await say(id, 'hallo');
        for (const text of ['hello', 'hello!']) {
          await store.append(
            alice.id,
            id,
            { type: 'edited', author: alice, of, parts: [{ type: 'text', text }] },
            text,
          );
        }
        expect(await view(id)).toEqual(['hello!']);
        const log = await store.page(alice.id, id, { after: 0, limit: 50 });
        expect(log.items.map(({ type, seq }) => [type, seq])).toEqual([
          ['message', 1],
          ['edited', 2],
          ['edited', 3],
        ]);
      });

      it('blanks the content of a deleted message and of its edits', async () => {
        const id = await chat();
        const { id: of } = await say(id, 'my secret');
        const edit = { type: 'edited', author: alice, of, parts: [{ type: 'text', text: 'my other secret' }] } as const;
        await store.append(alice.id, id, edit, 'e');
        await say(id, 'rest');
        const deletion = await store.append(alice.id, id, { type: 'deleted', author: alice, of }, 'd');
        expect(deletion).toMatchObject({ type: 'deleted', seq: 4, of });
        expect(await view(id)).toEqual(['rest']);
        const log = await store.page(alice.id, id, { after: 0, limit: 50 });
        expect(seqs(log.items)).toEqual([1, 2, 3, 4]);
        const list = await store.list(alice.id, { limit: 10 });
        expect(JSON.stringify([log, list])).not.toContain('secret');
        const again = await store.append(alice.id, id, { type: 'deleted', author: alice, of }, 'd');
        expect(again).toEqual(deletion);
      });

      it('takes the preview and the title away with the message they were made of', async () => {
        const id = await chat();
        await say(id, 'my secret');
        const { id: of } = (await store.lastMessages(alice.id, id, 1))[0] as Entry;
        expect((await store.list(alice.id, { limit: 1 })).items[0]).toMatchObject({ title: 'my secret' });
        await store.append(alice.id, id, { type: 'deleted', author: alice, of }, 'd');
        const [line] = (await store.list(alice.id, { limit: 1 })).items;
        expect([line?.lastMessage, line?.title]).toEqual([undefined, 'New conversation']);
      });

      it('lets an edit and a deletion that cross leave nothing to read', async () => {
        for (let round = 0; round < 5; round++) {
          const id = await chat();
          const { id: of } = await say(id, 'secret');
          const edit = { type: 'edited', author: alice, of, parts: [{ type: 'text', text: 'secret' }] } as const;
          await Promise.allSettled([
            store.append(alice.id, id, edit, 'e'),
            replica().append(alice.id, id, { type: 'deleted', author: alice, of }, 'd'),
          ]);
          expect(JSON.stringify(await store.page(alice.id, id, { after: 0, limit: 50 }))).not.toContain('secret');
          expect(await view(id)).toEqual([]);
        }
      });

      it('leaves out what a regeneration replaced', async () => {
        const id = await chat();
        await say(id, 'question');
        const { seq: from } = await store.append(alice.id, id, answered('bad answer'), 'a1');
        await store.append(alice.id, id, { type: 'superseded', author: alice, from }, 's1');
        await store.append(alice.id, id, answered('good answer'), 'a2');
        expect(await view(id)).toEqual(['question', 'good answer']);
      });

      it('lets an author edit his own messages only, and an owner delete any', async () => {
        const { id } = await store.create(alice, { kind: 'room' });
        await store.addMember(alice.id, id, bob);
        const mine = await say(id, 'of alice');
        const his = await store.append(bob.id, id, said(bob, 'of bob'), 'b');
        const parts = [{ type: 'text', text: 'changed' }];
        for (const act of [
          () => store.append(alice.id, id, { type: 'edited', author: alice, of: his.id, parts }, '1'),
          () => store.append(bob.id, id, { type: 'deleted', author: bob, of: mine.id }, '2'),
          () => store.append(bob.id, id, { type: 'superseded', author: bob, from: 1 }, '3'),
        ]) {
          await expect(act()).rejects.toMatchObject({ code: 'forbidden' });
        }
        await store.append(alice.id, id, { type: 'deleted', author: alice, of: his.id }, '4');
        expect(await view(id)).toEqual(['of alice']);
      });

      it('refuses to edit what is not there, and to supersede beyond the head', async () => {
        const id = await chat();
        await say(id, 'one');
        const unknown = store.append(alice.id, id, { type: 'deleted', author: alice, of: 'nothing' }, '1');
        await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
        for (const from of [0, 2, 1.5, -1]) {
          const act = store.append(alice.id, id, { type: 'superseded', author: alice, from }, '2');
          await expect(act).rejects.toMatchObject({ code: 'invalid_body' });
        }
      });

      it('finds a readable message by its id or the client’s', async () => {
        const id = await chat();
        const { id: first } = await store.append(alice.id, id, said(alice, 'v1', { clientId: 'c' }), 'c/1');
        await store.append(alice.id, id, { type: 'superseded', author: alice, from: 1 }, 's');
        await store.append(alice.id, id, said(alice, 'v2', { clientId: 'c' }), 'c/2');
        expect(await store.findMessage(alice.id, id, 'c')).toMatchObject({ seq: 3 });
        expect(await store.findMessage(alice.id, id, first)).toBeUndefined();
        expect(await store.findMessage(alice.id, id, 'nothing')).toBeUndefined();
      });
    });

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
        await store.markRead(bob.id, id, 99);
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

    describe('retention', () => {
      it('hides what lies before `first` and goes on counting', async () => {
        const id = await chat();
        for (const n of upTo(6)) await say(id, `m${n}`);
        await store.raiseFirst(id, 5);
        await store.raiseFirst(id, 2);
        const page = await store.page(alice.id, id, { limit: 10 });
        expect([seqs(page.items), page.first, page.head]).toEqual([[5, 6], 5, 6]);
        expect(seqs((await store.page(alice.id, id, { after: 0, limit: 10 })).items)).toEqual([5, 6]);
      });

      it('never gives a seq twice, also when everything is gone', async () => {
        const id = await chat();
        for (const n of upTo(3)) await say(id, `m${n}`);
        await store.raiseFirst(id, 99);
        expect(await store.page(alice.id, id, { limit: 10 })).toEqual({ items: [], first: 4, head: 3 });
        expect((await store.list(alice.id, { limit: 1 })).items[0]).toMatchObject({ head: 3, unread: 0 });
        expect((await say(id, 'next')).seq).toBe(4);
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
  });
}
