import { TestDynamo } from '../testing/dynamo';
import { MOST_BLOCKED } from '../domain/blocks';
import { DynamoBlocks } from './blocks';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

async function setUp() {
  const clock = { now: 1_000_000 };
  const table = await dynamo.createTable();
  return { clock, blocks: new DynamoBlocks(dynamo.client(), table, () => clock.now) };
}

it('a person blocks others for himself, again and again without harm, and unblocks them', async () => {
  const { blocks } = await setUp();
  await blocks.unblock('alice', 'mallory');
  for (const whom of ['mallory', 'mallory', 'trudy']) await blocks.block('alice', whom);
  await blocks.block('bob', 'alice');
  expect(await blocks.of(['alice', 'bob', 'mallory'])).toEqual(
    new Map([
      ['alice', new Set(['mallory', 'trudy'])],
      ['bob', new Set(['alice'])],
    ]),
  );
  for (const whom of ['mallory', 'trudy', 'trudy']) await blocks.unblock('alice', whom);
  expect(await blocks.of(['alice'])).toEqual(new Map());
  await blocks.block('alice', 'mallory');
  expect((await blocks.of(['alice'])).get('alice')).toEqual(new Set(['mallory']));
});

it('who changed something lately is told, once each, also who blocks nobody any more', async () => {
  const { blocks, clock } = await setUp();
  await blocks.block('alice', 'mallory');
  clock.now += 1_000;
  await blocks.block('bob', 'mallory');
  clock.now += 1_000;
  await blocks.unblock('bob', 'mallory');
  await blocks.block('carol', 'mallory');
  expect((await blocks.changedSince(0)).sort()).toEqual(['alice', 'bob', 'carol']);
  expect((await blocks.changedSince(1_001_000)).sort()).toEqual(['bob', 'carol']);
  expect(await blocks.changedSince(clock.now + 1)).toEqual([]);
});

it('a list that is full takes nobody more, and who is on it stays', async () => {
  const { blocks } = await setUp();
  for (let at = 0; at < MOST_BLOCKED; at += 50)
    await Promise.all(Array.from({ length: 50 }, (_, n) => blocks.block('alice', `person-${at + n}`)));
  await expect(blocks.block('alice', 'one-more')).rejects.toMatchObject({ code: 'too_large' });
  await blocks.block('alice', 'person-0');
  expect((await blocks.of(['alice'])).get('alice')?.size).toBe(MOST_BLOCKED);
});
