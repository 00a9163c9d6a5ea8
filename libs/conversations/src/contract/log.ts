import { randomUUID } from 'node:crypto';
import type { Entry } from '@parley/protocol';
import { alice, answered, assistant, bob, said, seeded } from '../testing/drafts';
import { seqs, textsOf, upTo, type Store, type Subject } from './subject';

/** What is in the log and in the view of it. */
export function describeLog(make: () => Promise<Subject>): void {
  let store: Store;
  let replica: Subject['replica'];
  beforeEach(async () => {
    ({ store, replica } = await make());
  });

  const chat = async () => (await store.create(alice, {})).id;
  const say = (id: string, text: string, key = text) => store.append(alice.id, id, said(alice, text), key);

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
        said(alice, '', { parts, clientId: 'c1', callId: 'call', typed: true, interrupted: true }),
        'c1',
      );
      expect(entry).toMatchObject({
        type: 'message',
        seq: 1,
        conversationId: id,
        author: alice,
        parts,
        clientId: 'c1',
        callId: 'call',
        typed: true,
        interrupted: true,
      });
      expect((await store.page(alice.id, id, { after: 0, limit: 10 })).items).toEqual([entry]);
    });

    it('keeps the id of an answer that was told before it was written', async () => {
      const id = await chat();
      const entry = await store.append(alice.id, id, answered('Hello', { id: 'msg_known' }), 'g1');
      expect(entry).toMatchObject({ id: 'msg_known', role: 'assistant', author: assistant });
    });

    it('of one that is held sees what it said itself, and what others said meanwhile', async () => {
      const id = await chat();
      await say(id, 'one');
      const held = await store.hold(alice.id, id);
      await replica().append(alice.id, id, said(alice, 'two'), 'two');
      expect(held.head).toBe(1);
      const three = await held.append(said(alice, 'three'), 'three');
      expect(await held.append(said(alice, 'three'), 'three')).toEqual(three);
      expect(await held.append({ type: 'superseded', author: alice, from: 2 }, 's')).toMatchObject({ seq: 4 });
      expect(await held.append(said(alice, 'five'), 'five')).toMatchObject({ seq: 5 });
      expect(textsOf(await held.lastMessages(10))).toEqual(['one', 'five']);
      expect(await held.findMessage(three.id)).toBeUndefined();
      expect(await store.get(alice.id, id)).toMatchObject({ head: 5 });
    });

    it('of one that is made with its first entry goes on in it, also where it was made before', async () => {
      const id = randomUUID();
      for (const text of ['one', 'two']) {
        const held = await store.createHeld(alice, { id });
        await held.append(said(alice, text), text);
      }
      expect(textsOf(await store.lastMessages(alice.id, id, 10))).toEqual(['one', 'two']);
      await expect(store.createHeld(bob, { id })).rejects.toMatchObject({ code: 'conversation_not_found' });
    });

    it('of one that is held takes nothing once it was deleted, and nothing in the name of another', async () => {
      const id = await chat();
      const held = await store.hold(alice.id, id);
      await expect(held.append(said(bob, 'forged'), 'forged')).rejects.toMatchObject({ code: 'forbidden' });
      await store.remove(alice.id, id);
      await expect(held.append(said(alice, 'late'), 'late')).rejects.toMatchObject({ code: 'conversation_not_found' });
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

    it('finds a key by where its writers know that it begins, on whatever replica and whatever came between', async () => {
      const id = await chat();
      await say(id, 'question');
      const held = await store.hold(alice.id, id);
      await replica().append(alice.id, id, said(alice, 'spoken meanwhile'), 'spoken');
      const answer = await held.append(answered('Answer'), 'a', { after: 1 });
      expect(answer).toMatchObject({ seq: 3 });
      await say(id, 'next');
      expect(await replica().append(alice.id, id, answered('Ans'), 'a', { after: 1 })).toEqual(answer);
      expect(await held.append(answered('Answer'), 'a', { after: 1 })).toEqual(answer);
      expect((await store.get(alice.id, id)).head).toBe(4);
    });

    it.each([1, 2, 3])('keeps it once when all of its writers append at once (seed %i)', async (seed) => {
      const random = seeded(seed);
      const id = await chat();
      await say(id, 'question');
      const held = await store.hold(alice.id, id);
      const writers = [
        () => held.append(answered('Answer'), 'a', { after: 1 }),
        () => replica().append(alice.id, id, answered('Answer'), 'a', { after: 1 }),
        () => replica().append(alice.id, id, answered('Answer'), 'a', { after: 0 }),
        ...upTo(5).map((n) => () => say(id, `meanwhile ${n}`)),
      ];
      await Promise.all(writers.sort(() => random() - 0.5).map((write) => write()));
      const { items } = await store.page(alice.id, id, { after: 0, limit: 50 });
      expect(seqs(items)).toEqual(upTo(7));
      expect(textsOf(items).filter((text) => text === 'Answer')).toHaveLength(1);
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
        await store.append(alice.id, id, { type: 'edited', author: alice, of, parts: [{ type: 'text', text }] }, text);
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

    it('erases what was said before a time, and deletes what nobody spoke in since', async () => {
      const [old, mixed] = [await chat(), await chat()];
      await say(old, 'long ago');
      for (const n of upTo(3)) await say(mixed, `m${n}`);
      const { items } = await store.page(alice.id, mixed, { limit: 10 });
      const counts = await store.expire(Date.parse(items[2]!.createdAt));
      expect(counts).toMatchObject({ deleted: expect.any(Number), shortened: expect.any(Number) });
      expect(counts.deleted).toBeGreaterThanOrEqual(1);
      expect(textsOf((await store.page(alice.id, mixed, { limit: 10 })).items)).toEqual(['m3']);
      await expect(store.get(alice.id, old)).rejects.toMatchObject({ code: 'conversation_not_found' });
      expect((await say(mixed, 'next')).seq).toBe(4);
      expect((await store.expire(0)).shortened).toBe(0);
    });
  });
}
