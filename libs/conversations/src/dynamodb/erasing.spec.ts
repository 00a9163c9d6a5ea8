import type { Entry } from '@parley/protocol';
import { ERASED } from '../domain/erasure';
import { foldEntries } from '../domain/fold';
import { textsOf } from '../contract/subject';
import { alice, answered, bob, carol, said, steadyClock } from '../testing/drafts';
import { TestDynamo } from '../testing/dynamo';
import { failBefore, holdBefore, putting } from '../testing/faults';
import { DynamoBlocks } from './blocks';
import { createConversationStore } from './dynamo-conversation-store';
import { DynamoErasureWishes } from './erasure-wishes';
import { DynamoGenerationClaims } from './generation-claims';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

const MARK = 'mauve-otter';
const ALL = { until: Date.UTC(2999, 0, 1), isSettled: true };

const listsOfSets = (_: string, value: unknown) => (value instanceof Set ? [...value] : value);

async function setUp() {
  const table = await dynamo.createTable();
  const now = steadyClock();
  const replica = (client = dynamo.client()) => createConversationStore({ client, table, now });
  const store = replica();
  const left = async () => {
    const items = (await dynamo.scan(table)).map((item) => ({
      key: `${item.pk} ${item.sk}`,
      text: JSON.stringify(item, listsOfSets),
    }));
    const shows = ({ text }: { text: string }) => [alice.id, alice.name, MARK].some((trace) => text.includes(trace));
    return items.filter(shows).map(({ key }) => key);
  };
  return { table, now, replica, store, left };
}
type World = Awaited<ReturnType<typeof setUp>>;

/** A room of bob's in which both have spoken, and an assistant to each. */
async function roomOfBob({ store }: World, { title }: { title?: string } = { title: 'Lunch' }) {
  const { id } = await store.create(bob, { kind: 'room', open: true, ...(title === undefined ? {} : { title }) });
  await store.join(alice, id);
  const mine = await store.append(alice.id, id, said(alice, `${MARK} 1`, { clientId: 'mauve' }), 'a1');
  await store.append(bob.id, id, said(bob, 'hello'), 'b1');
  await store.append(alice.id, id, answered(`You said ${MARK} 1`), 'answer/a1');
  await store.append(
    alice.id,
    id,
    { type: 'edited', author: alice, of: mine.id, parts: [{ type: 'text', text: MARK }] },
    'a2',
  );
  const gone = await store.append(alice.id, id, said(alice, `${MARK} 2`), 'a3');
  await store.append(alice.id, id, { type: 'deleted', author: alice, of: gone.id }, 'a4');
  await store.append(bob.id, id, answered('You said hello'), 'answer/b1');
  await store.append(alice.id, id, said(alice, `${MARK} 3`, { callId: 'call-1' }), 'a5');
  await store.markRead(alice.id, id, 3);
  return id;
}
const entriesOf = async ({ store }: World, id: string, who = bob) =>
  (await store.page(who.id, id, { after: 0, limit: 200 })).items;
const isLive = (entry: Entry) => !(entry.author.id === ERASED.id || ('parts' in entry && entry.parts.length === 0));

describe('a principal who is erased', () => {
  it('leaves nothing in his own conversations, and neither does the guest he was', async () => {
    const world = await setUp();
    const { store, left } = world;
    const guest = { ...alice, kind: 'guest' as const, id: 'g-alice-0001' };
    const { id: claimed } = await store.own(guest, 'session', {});
    await store.append(guest.id, claimed, said(guest, MARK), 'k');
    await store.handOver(guest.id, alice);
    const { id } = await store.own(alice, 'session', {});
    await store.append(alice.id, id, said(alice, MARK), 'k');
    await store.create(alice, { kind: 'room', title: MARK });
    await store.erasePrincipal(alice.id, ALL);
    expect(await left()).toEqual([]);
    expect((await store.list(alice.id, { limit: 10 })).items).toEqual([]);
  });

  it('is gone from others’ rooms, whose logs stay whole', async () => {
    const world = await setUp();
    const id = await roomOfBob(world);
    const before = await entriesOf(world, id);
    const told: Entry[] = [];
    await world.store.erasePrincipal(alice.id, { ...ALL, told: (entry) => told.push(entry) });
    expect(await world.left()).toEqual([]);

    const after = await entriesOf(world, id);
    expect(after.map(({ seq }) => seq)).toEqual(after.map((_, index) => index + 1));
    expect(after.filter(isLive)).toEqual(
      before.filter(({ author, type }, index) => author.id !== alice.id && type === 'message' && index !== 2),
    );
    // Whoever has read all of it, and gets what follows, sees what whoever reads it now sees.
    expect(told).toEqual(after.slice(before.length));
    expect(textsOf(foldEntries([...before, ...told]))).toEqual(['hello', 'You said hello']);
    expect(textsOf((await world.store.page(bob.id, id, { limit: 50 })).items)).toEqual(['hello', 'You said hello']);
    const [line] = (await world.store.list(bob.id, { limit: 1 })).items;
    expect(line).toMatchObject({ head: after.length, lastMessage: { author: { kind: 'assistant' } } });
    expect((await world.store.get(bob.id, id)).members.map(({ id: member }) => member)).toEqual([bob.id]);
  });

  it('is gone from rooms that he left, and of those he was taken out of only that he was', async () => {
    const world = await setUp();
    const [quit, thrown] = [await roomOfBob(world), await roomOfBob(world)];
    await world.store.removeMember(alice.id, quit, alice.id);
    await world.store.removeMember(bob.id, thrown, alice.id);
    await world.store.erasePrincipal(alice.id, ALL);
    expect(await world.left()).toEqual([`C#${thrown} X#${alice.id}`]);
    await expect(world.store.join(alice, thrown)).rejects.toMatchObject({ code: 'conversation_not_found' });
  });

  it('takes the title along that was made of what he wrote', async () => {
    const world = await setUp();
    const id = await roomOfBob(world, {});
    expect((await world.store.get(bob.id, id)).title).toContain(MARK);
    await world.store.erasePrincipal(alice.id, ALL);
    expect((await world.store.get(bob.id, id)).title).not.toContain(MARK);
    expect(await world.left()).toEqual([]);
  });

  it('leaves a room of his to those who are in it, an owner first', async () => {
    const { store, left } = await setUp();
    const { id } = await store.create(alice, { kind: 'room', title: 'Team', guests: true });
    await store.addMember(alice.id, id, carol);
    await store.addMember(alice.id, id, { ...carol, id: 'dora-0004' }, 'owner');
    await store.addMember(alice.id, id, bob);
    await store.append(alice.id, id, said(alice, MARK), 'k');
    await store.append(bob.id, id, said(bob, 'stays'), 'k');
    await store.erasePrincipal(alice.id, ALL);
    expect(await left()).toEqual([]);
    const room = await store.get(bob.id, id);
    expect(room.members[0]).toMatchObject({ id: 'dora-0004', role: 'owner' });
    expect(room.members.map(({ id: member }) => member).sort()).toEqual([bob.id, carol.id, 'dora-0004']);
    await store.remove('dora-0004', id);
  });

  it('leaves no name that he had for a conversation that is theirs who were called in', async () => {
    const { store, left } = await setUp();
    const { id } = await store.own(alice, 'session', {});
    await store.bringIn(alice.id, id, [bob]);
    await store.erasePrincipal(alice.id, ALL);
    expect(await left()).toEqual([]);
    expect((await store.get(bob.id, id)).members).toEqual([expect.objectContaining({ id: bob.id, role: 'owner' })]);
  });

  it('leaves a chat that became a room to the people who were called in, without what he said as a guest', async () => {
    const { store, left } = await setUp();
    const guest = { ...alice, kind: 'guest' as const, id: 'g-alice-0001' };
    const { id } = await store.create(guest, {});
    await store.append(guest.id, id, said(guest, MARK), 'k');
    await store.bringIn(guest.id, id, [bob]);
    await store.append(bob.id, id, said(bob, 'How can I help?'), 'k');
    await store.handOver(guest.id, alice);
    await store.erasePrincipal(alice.id, ALL);
    expect(await left()).toEqual([]);
    expect(textsOf((await store.page(bob.id, id, { limit: 9 })).items)).toEqual(['How can I help?']);
    expect((await store.get(bob.id, id)).members).toEqual([expect.objectContaining({ id: bob.id, role: 'owner' })]);
  });

  it('blocks nobody any more; that others block him stays, for them', async () => {
    const { store, left, table, now } = await setUp();
    const blocks = new DynamoBlocks(dynamo.client(), table, now);
    await blocks.block(alice.id, carol.id);
    await blocks.block(bob.id, alice.id);
    const asked = now();
    await store.erasePrincipal(alice.id, { ...ALL, isSettled: false });
    expect(await blocks.of([alice.id])).toEqual(new Map());
    expect(await blocks.changedSince(asked)).toEqual([alice.id]);
    await store.erasePrincipal(alice.id, ALL);
    expect(await left()).toEqual([`P#${bob.id} BLOCKS`]);
  });

  it('keeps what he leaves afterwards', async () => {
    const world = await setUp();
    await roomOfBob(world);
    const until = world.now();
    const later = await roomOfBob(world);
    const { id: chat } = await world.store.own(alice, 'session', {});
    await world.store.append(alice.id, chat, said(alice, MARK), 'k');
    const before = await entriesOf(world, later, alice);
    await world.store.erasePrincipal(alice.id, { until, isSettled: true });
    expect(await entriesOf(world, later, alice)).toEqual(before);
    expect(await world.store.findOwn(alice.id, 'session')).toBe(chat);
    expect((await world.store.list(alice.id, { limit: 9 })).items).toHaveLength(2);
  });

  it('is erased once by two processes that do it at the same time', async () => {
    const world = await setUp();
    const id = await roomOfBob(world);
    const before = await entriesOf(world, id);
    await Promise.all([world.store, world.replica()].map((store) => store.erasePrincipal(alice.id, ALL)));
    expect(await world.left()).toEqual([]);
    // Her three messages and the answer to her, less the one that she had deleted herself.
    expect(await entriesOf(world, id)).toHaveLength(before.length + 3);
  });

  it('is erased to the end by another process, wherever the first one died', async () => {
    let died = 0;
    for (let at = 0; ; at += 1) {
      const world = await setUp();
      const id = await roomOfBob(world);
      const { id: own } = await world.store.create(alice, { kind: 'room' });
      await world.store.addMember(alice.id, own, bob);
      await world.store.append(alice.id, own, said(alice, MARK), 'k');
      const client = dynamo.client();
      let requests = 0;
      // Writes alone change what the next one finds; of these every seventh, or it would take minutes.
      failBefore(client, (command) => /Put|Update|Delete|Write/.test(command) && requests++ >= at * 7);
      const first = await world
        .replica(client)
        .erasePrincipal(alice.id, ALL)
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      if (first === undefined) break;
      expect(first).toMatchObject({ code: 'store_unavailable' });
      died += 1;
      await world.store.erasePrincipal(alice.id, ALL);
      expect(await world.left()).toEqual([]);
      expect(textsOf((await world.store.page(bob.id, id, { limit: 50 })).items)).toEqual(['hello', 'You said hello']);
      expect((await entriesOf(world, id)).filter(({ type }) => type === 'deleted')).toHaveLength(4);
      expect((await world.store.get(bob.id, own)).members).toHaveLength(1);
    }
    expect(died).toBeGreaterThan(5);
  });

  it('is not in what was said while he was erased, once that is looked for again', async () => {
    const world = await setUp();
    const id = await roomOfBob(world);
    const client = dynamo.client();
    const { reached, release } = holdBefore(client, putting('E#'));
    const late = world.replica(client).append(alice.id, id, said(alice, `${MARK} late`), 'late');
    await reached;
    await world.store.erasePrincipal(alice.id, { ...ALL, isSettled: false });
    release();
    await late;
    expect(await world.left()).toContain(`C#${id} F#${alice.id}`);
    await world.store.erasePrincipal(alice.id, ALL);
    expect(await world.left()).toEqual([]);
  });

  it('is not in an answer that ends long after he asked to be erased', async () => {
    const world = await setUp();
    const id = await roomOfBob(world);
    const answering = await world.store.hold(alice.id, id);
    const until = world.now();
    await answering.append(answered(`You said ${MARK} 3`), 'answer/a5');
    await world.store.erasePrincipal(alice.id, { until, isSettled: false });
    expect(await world.left()).toEqual([`C#${id} F#${alice.id}`]);
    await answering.append(answered(`I think of ${MARK}`), 'answer/a6');
    await world.store.erasePrincipal(alice.id, { until, isSettled: true });
    expect(await world.left()).toEqual([]);
    expect(textsOf((await world.store.page(bob.id, id, { limit: 50 })).items)).toEqual(['hello', 'You said hello']);
  });

  it('keeps what he is answered after he came back', async () => {
    const world = await setUp();
    const id = await roomOfBob(world);
    const until = world.now();
    await world.store.erasePrincipal(alice.id, { until, isSettled: false });
    await world.store.join(alice, id);
    await world.store.append(alice.id, id, said(alice, 'Here I am'), 'back');
    await world.store.append(alice.id, id, answered('Welcome back'), 'answer/back');
    await world.store.removeMember(alice.id, id, alice.id);
    await world.store.erasePrincipal(alice.id, { until, isSettled: true });
    const texts = ['hello', 'You said hello', 'Here I am', 'Welcome back'];
    expect(textsOf((await world.store.page(bob.id, id, { limit: 50 })).items)).toEqual(texts);
  });

  it('who has come back keeps what he has read and what is being written for him, when it is looked for again', async () => {
    const world = await setUp();
    const id = await roomOfBob(world);
    const stopped: string[] = [];
    const store = createConversationStore({
      ...{ client: dynamo.client(), table: world.table, now: world.now },
      beforeRemove: async (of) => void stopped.push(of),
    });
    const claims = new DynamoGenerationClaims(dynamo.client(), world.table, world.now);
    const until = world.now();
    await store.erasePrincipal(alice.id, { until, isSettled: false });
    await store.join(alice, id);
    await store.append(alice.id, id, said(alice, 'Here I am'), 'back');
    await store.markRead(alice.id, id, 3);
    const draft = { generationId: 'g', key: 'k', assistant: 'general', conversationId: id, principalId: alice.id };
    await claims.take(draft, undefined);
    await store.erasePrincipal(alice.id, { until, isSettled: true });
    expect([stopped, await claims.find(id)]).toEqual([[], expect.objectContaining({ generationId: 'g' })]);
    const [line] = (await store.list(alice.id, { limit: 1 })).items;
    expect(line!.head - line!.unread).toBe(3);
    await store.erasePrincipal(alice.id, ALL);
    expect([stopped, await world.left()]).toEqual([[id], []]);
  });

  it('who came back and left again is erased from there too when he asks a second time', async () => {
    const world = await setUp();
    const id = await roomOfBob(world);
    const until = world.now();
    await world.store.erasePrincipal(alice.id, { until, isSettled: false });
    await world.store.join(alice, id);
    await world.store.append(alice.id, id, said(alice, `${MARK} again`), 'back');
    await world.store.removeMember(alice.id, id, alice.id);
    await world.store.erasePrincipal(alice.id, { until, isSettled: true });
    expect(await world.left()).toContain(`C#${id} F#${alice.id}`);
    await world.store.erasePrincipal(alice.id, ALL);
    expect(await world.left()).toEqual([]);
  });

  it('stops what is being written for him, and nothing else', async () => {
    const world = await setUp();
    const stopped: string[] = [];
    const client = dynamo.client();
    const store = createConversationStore({
      ...{ client, table: world.table },
      beforeRemove: async (id) => void stopped.push(id),
    });
    const [his, others] = [await roomOfBob(world), await roomOfBob(world)];
    const claims = new DynamoGenerationClaims(dynamo.client(), world.table);
    const draft = { generationId: 'g', key: 'k', assistant: 'general' };
    await claims.take({ ...draft, conversationId: his, principalId: alice.id }, undefined);
    await claims.take({ ...draft, conversationId: others, principalId: bob.id }, undefined);
    await store.erasePrincipal(alice.id, ALL);
    expect(stopped).toEqual([his]);
    expect(await world.left()).toEqual([]);
  });
});

describe('a wish to be erased', () => {
  it('is kept until it is fulfilled, and one that was made anew outlives the former', async () => {
    const wishes = new DynamoErasureWishes(dynamo.client(), await dynamo.createTable());
    const first = await wishes.add(alice.id, 1_000);
    await wishes.add(bob.id, 1_500);
    await wishes.passed(first);
    expect(await wishes.all()).toContainEqual({ principalId: alice.id, until: 1_000, isPassed: true });
    const again = await wishes.add(alice.id, 2_000);
    await wishes.passed(first);
    await wishes.fulfilled(first);
    expect(await wishes.all()).toContainEqual({ principalId: alice.id, until: 2_000, isPassed: false });
    await wishes.fulfilled(again);
    expect(await wishes.all()).toEqual([{ principalId: bob.id, until: 1_500, isPassed: false }]);
  });
});
