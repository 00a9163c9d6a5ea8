import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { TestDynamo } from '../testing/dynamo';
import { holdBefore } from '../testing/faults';
import { MOST_BLOCKED } from '../domain/blocks';
import { DynamoBlocks } from './blocks';
import { blocksKey } from './keys';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

async function setUp() {
  const clock = { now: 1_000_000 };
  const table = await dynamo.createTable();
  const replica = (client = dynamo.client()) => new DynamoBlocks(client, table, () => clock.now);
  return { clock, table, replica, blocks: replica() };
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

it('a person blocks whom he blocked as a guest, but not himself, and of the guest’s list nothing is kept', async () => {
  const { blocks } = await setUp();
  await blocks.takeOver('guest', 'alice');
  expect(await blocks.of(['alice'])).toEqual(new Map());
  await blocks.block('alice', 'mallory');
  for (const whom of ['mallory', 'trudy', 'alice']) await blocks.block('guest', whom);
  for (const _ of [1, 2]) await blocks.takeOver('guest', 'alice');
  await blocks.forget('guest');
  expect(await blocks.of(['guest', 'alice'])).toEqual(new Map([['alice', new Set(['mallory', 'trudy'])]]));
  expect(await blocks.changedSince(0)).toEqual(['alice']);
});

it('of two lists that are too many together what fits is taken, also while their person blocks somebody', async () => {
  const { table, blocks, replica } = await setUp();
  const fill = (who: string, from: number, to: number) => {
    const blocked = new Set(Array.from({ length: to - from }, (_, n) => `p-${from + n}`));
    return dynamo.client().send(new PutCommand({ TableName: table, Item: { ...blocksKey(who), v: 1, blocked } }));
  };
  await Promise.all([fill('alice', 0, MOST_BLOCKED - 100), fill('guest', MOST_BLOCKED - 150, MOST_BLOCKED + 100)]);
  const client = dynamo.client();
  const { reached, release } = holdBefore(client, (command) => command.startsWith('Update'));
  const taken = replica(client).takeOver('guest', 'alice');
  await reached;
  await blocks.block('alice', 'trudy');
  release();
  await taken;
  const list = (await blocks.of(['alice'])).get('alice')!;
  expect([list.size, list.has('trudy')]).toEqual([MOST_BLOCKED, true]);
  await blocks.takeOver('guest', 'alice');
  expect((await blocks.of(['alice'])).get('alice')).toEqual(list);
});

it('a list that is full takes nobody more, and who is on it stays', async () => {
  const { blocks } = await setUp();
  for (let at = 0; at < MOST_BLOCKED; at += 50)
    await Promise.all(Array.from({ length: 50 }, (_, n) => blocks.block('alice', `person-${at + n}`)));
  await expect(blocks.block('alice', 'one-more')).rejects.toMatchObject({ code: 'too_large' });
  await blocks.block('alice', 'person-0');
  expect((await blocks.of(['alice'])).get('alice')?.size).toBe(MOST_BLOCKED);
});
