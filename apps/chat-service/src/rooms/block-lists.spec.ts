import { MemoryFanOut, type Blocks } from '@parley/conversations';
import { BlockLists, type BlockListsParts } from './block-lists';

/** The store, as two processes share it; a test may hold its answers back. */
function setUp() {
  const lists = new Map<string, Set<string>>();
  const listOf = (id: string) => lists.get(id) ?? lists.set(id, new Set()).get(id)!;
  const asked: string[][] = [];
  const looks: number[] = [];
  const changes: { at: number; id: string }[] = [];
  const store = { hold: undefined as Promise<void> | undefined, isOut: false, now: 1_000_000 };
  const change = (id: string, by: () => void) => {
    by();
    changes.push({ at: store.now, id });
  };
  const blocks: Blocks = {
    block: async (id, whom) => change(id, () => listOf(id).add(whom)),
    takeOver: async (from, to) => change(to, () => listOf(from).forEach((whom) => listOf(to).add(whom))),
    forget: async (id) => void lists.delete(id),
    unblock: async (id, whom) => change(id, () => listOf(id).delete(whom)),
    async of(ids) {
      asked.push([...ids]);
      if (store.isOut) throw new Error('out');
      const answer = new Map(ids.map((id) => [id, new Set(listOf(id))]));
      await store.hold;
      return answer;
    },
    async changedSince(since) {
      looks.push(since);
      return changes.filter(({ at }) => at >= since).map(({ id }) => id);
    },
  };
  const reports: string[] = [];
  const report = (what: string) => void reports.push(what);
  const process = (more: Partial<BlockListsParts> = {}) =>
    new BlockLists({ blocks, fanOut: new MemoryFanOut(), report, now: () => store.now, ...more });
  return { process, blocks, asked, looks, store, reports };
}
const settle = () => new Promise(setImmediate);

it('knows whom those who are connected block, and asks for nobody else', async () => {
  const { process, blocks, asked } = setUp();
  await blocks.block('alice', 'mallory');
  await blocks.block('bob', 'mallory');
  const lists = process();
  const [one, two] = [lists.hold('alice'), lists.hold('alice')];
  await Promise.all([one.ready, two.ready]);
  expect([...one.blocked, ...two.blocked]).toEqual(['mallory', 'mallory']);
  await lists.change('bob', 'trudy', true);
  expect(asked).toEqual([['alice']]);
});

it('a change counts at once in its process, at once over the fan-out, and without one at the next look', async () => {
  const { process } = setUp();
  const fanOut = new MemoryFanOut();
  const [here, there, alone] = [process({ fanOut }), process({ fanOut }), process()];
  for (const lists of [here, there]) lists.start();
  const [mine, theirs, lonely] = [here, there, alone].map((lists) => lists.hold('alice'));
  await Promise.all([mine!.ready, theirs!.ready, lonely!.ready]);
  await here.change('alice', 'mallory', true);
  expect(mine!.blocked.has('mallory')).toBe(true);
  await settle();
  expect([theirs!.blocked.has('mallory'), lonely!.blocked.has('mallory')]).toEqual([true, false]);
  await alone.look();
  expect(lonely!.blocked.has('mallory')).toBe(true);
  await there.change('alice', 'mallory', false);
  await Promise.all([settle(), alone.look()]);
  expect([mine!, theirs!, lonely!].map(({ blocked }) => blocked.size)).toEqual([0, 0, 0]);
  await Promise.all([here.stop(), there.stop()]);
});

it('what somebody takes over from the guest he was counts at once and is told once', async () => {
  const { process, blocks } = setUp();
  const fanOut = new MemoryFanOut();
  const [here, there] = [process({ fanOut }), process({ fanOut })];
  there.start();
  for (const whom of ['mallory', 'trudy']) await blocks.block('guest', whom);
  const [mine, theirs] = [here, there].map((lists) => lists.hold('alice'));
  await Promise.all([mine!.ready, theirs!.ready]);
  const told: string[] = [];
  fanOut.subscribe('blocks', { message: (id) => void told.push(id), gap: () => undefined });
  await here.takeOver('guest', 'alice');
  expect([...mine!.blocked]).toEqual(['mallory', 'trudy']);
  await settle();
  expect([[...theirs!.blocked], told]).toEqual([['mallory', 'trudy'], ['alice']]);
  await there.stop();
});

it('an older answer that comes late changes nothing', async () => {
  const { process, blocks, store } = setUp();
  const lists = process();
  let goOn = () => undefined as void;
  store.hold = new Promise((resolve) => (goOn = resolve));
  const list = lists.hold('alice');
  store.hold = undefined;
  await blocks.block('alice', 'mallory');
  await lists.change('alice', 'trudy', true);
  goOn();
  await list.ready;
  expect([...list.blocked].sort()).toEqual(['mallory', 'trudy']);
});

it('whoever is gone is forgotten, with the last of his connections', async () => {
  const { process, asked } = setUp();
  const lists = process();
  const [one, two] = [lists.hold('alice'), lists.hold('alice')];
  await one.ready;
  one.release();
  await lists.change('alice', 'mallory', true);
  expect(two.blocked.has('mallory')).toBe(true);
  two.release();
  asked.length = 0;
  await lists.change('alice', 'trudy', true);
  expect(asked).toEqual([]);
});

it('an outage lets nobody in who was not read yet, and keeps what is known', async () => {
  const { process, blocks, store, reports } = setUp();
  await blocks.block('alice', 'mallory');
  const lists = process();
  const known = lists.hold('alice');
  await known.ready;
  store.isOut = true;
  await expect(lists.hold('bob').ready).rejects.toThrow('out');
  await lists.look();
  expect([known.blocked.has('mallory'), reports]).toEqual([true, ['it cannot be read who blocked somebody']]);
});

it('looks at nothing while nobody is connected, and a minute further back than it looked last', async () => {
  const { process, looks, store } = setUp();
  const lists = process();
  store.now += 3_600_000;
  await lists.look();
  expect(looks).toEqual([]);
  const list = lists.hold('alice');
  await list.ready;
  const lookedAt = store.now;
  store.now += 5_000;
  await lists.look();
  store.now += 5_000;
  await lists.look();
  expect(looks).toEqual([lookedAt - 60_000, lookedAt - 55_000]);
});
