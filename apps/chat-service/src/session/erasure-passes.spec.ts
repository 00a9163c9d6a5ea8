import { ParleyError } from '@parley/errors';
import { createConversationStore, DynamoBlocks, DynamoErasureWishes } from '@parley/conversations';
import { TestDynamo } from '@parley/conversations/testing';
import { Erasure, type ErasureParts } from './erasure';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

const MINUTE = 60_000;

async function setUp() {
  const table = await dynamo.createTable();
  const clock = { now: Date.UTC(2026, 10, 26) };
  const parts = { client: dynamo.client(), table, now: () => clock.now };
  const wishes = new DynamoErasureWishes(parts.client, table);
  const blocks = new DynamoBlocks(parts.client, table, parts.now);
  const store = createConversationStore(parts);
  const begun: string[] = [];
  const reports: unknown[] = [];
  const forgetting = { forget: async () => undefined };
  /** A process; what it does with conversations may be something else first. */
  const process = (first: (principalId: string) => Promise<void> = async () => undefined) => {
    const conversations: ErasureParts['conversations'] = {
      async erasePrincipal(principalId, options) {
        begun.push(principalId);
        await first(principalId);
        await store.erasePrincipal(principalId, options);
      },
    };
    const rest = { usage: forgetting, reports: forgetting, audit: forgetting, connections: forgetting };
    return new Erasure({
      ...{ wishes, conversations, ...rest, names: forgetting, consents: forgetting, now: parts.now },
      report: (_, cause) => void reports.push(cause),
    });
  };
  const rowsOf = async (principalId: string) =>
    (await dynamo.scan(table)).filter(({ pk }) => pk.endsWith(`#${principalId}`)).map(({ sk }) => sk);
  return { clock, wishes, blocks, process, begun, reports, rowsOf };
}

/** Answers when it is told to. */
function held() {
  let reach = () => undefined as void;
  let release = () => undefined as void;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const released = new Promise<void>((resolve) => (release = resolve));
  const wait = () => (reach(), released);
  return { wait, reached, release };
}

it('a first pass that comes late empties all the same, and a second one takes away what it emptied', async () => {
  const { clock, wishes, blocks, process, rowsOf } = await setUp();
  await blocks.block('alice', 'mallory');
  const erasure = process();
  await erasure.wish('alice');
  clock.now += 10 * MINUTE;
  await erasure.goOn();
  expect(await blocks.of(['alice'])).toEqual(new Map());
  expect(await wishes.all()).toEqual([expect.objectContaining({ principalId: 'alice', isPassed: true })]);
  await erasure.goOn();
  expect([await wishes.all(), await rowsOf('alice')]).toEqual([[], []]);
});

it('a wish that fails keeps no other from being fulfilled, and is told', async () => {
  const { clock, wishes, process, reports } = await setUp();
  const failure = new ParleyError('store_unavailable');
  const erasure = process(async (principalId) => {
    if (principalId === 'bob') throw failure;
  });
  for (const id of ['alice', 'bob', 'carol']) await erasure.wish(id);
  await erasure.goOn();
  clock.now += 10 * MINUTE;
  await erasure.goOn();
  expect((await wishes.all()).map(({ principalId }) => principalId)).toEqual(['bob']);
  expect(reports).toEqual([failure, failure]);
});

it('a wish that is worked on in this process is not begun a second time, by however many that go on', async () => {
  const { wishes, process, begun } = await setUp();
  const { wait, reached, release } = held();
  const erasure = process(async (principalId) => {
    if (principalId === 'alice') await wait();
  });
  erasure.begin(await erasure.wish('alice'));
  await reached;
  await wishes.add('bob', 0);
  await Promise.all([erasure.goOn(), erasure.goOn()]);
  release();
  await erasure.onApplicationShutdown();
  expect(begun).toEqual(['alice', 'bob']);
});

it('a wish that is made anew while the former is worked on is begun behind it', async () => {
  const { clock, wishes, process, begun } = await setUp();
  const { wait, reached, release } = held();
  const erasure = process(wait);
  erasure.begin(await erasure.wish('alice'));
  await reached;
  clock.now += MINUTE;
  const again = await erasure.wish('alice');
  erasure.begin(again);
  release();
  await erasure.onApplicationShutdown();
  expect(begun).toEqual(['alice', 'alice']);
  expect(await wishes.all()).toEqual([{ ...again, isPassed: true }]);
});
