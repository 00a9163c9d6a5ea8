import { TestDynamo, commandsOf } from '@parley/conversations/testing';
import { DynamoCounters } from './dynamo-counters';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

/** Two processes on one table, and what each has asked of it. */
async function startTwo() {
  const table = await dynamo.createTable();
  const start = () => {
    const client = dynamo.client();
    return { counters: new DynamoCounters(client, table), asked: commandsOf(client) };
  };
  return [start(), start()] as const;
}

const increase = (value: { n: number } | undefined) => ({ n: (value?.n ?? 0) + 1 });
const valueOf = async (counters: DynamoCounters) => {
  let seen: { n: number } | undefined;
  await counters.change<{ n: number }>('k', 1_000, (value) => void (seen = value));
  return seen?.n;
};

it('reads a value once, and goes on from what it wrote itself', async () => {
  const [{ counters, asked }] = await startTwo();
  for (let n = 0; n < 3; n += 1) await counters.change('k', 1_000, increase);
  expect(asked).toEqual(['Get', 'Put', 'Put', 'Put']);
});

it('loses nothing of what another process wrote in between', async () => {
  const [one, other] = await startTwo();
  for (let n = 0; n < 3; n += 1) {
    await one.counters.change('k', 1_000, increase);
    await other.counters.change('k', 1_000, increase);
  }
  expect(await valueOf(one.counters)).toBe(6);
});

it('refuses nobody by what it remembers: another process may have given back since', async () => {
  const [one, other] = await startTwo();
  const take = (value: { n: number } | undefined) => {
    if (value?.n === 1) throw new Error('taken');
    return { n: 1 };
  };
  await one.counters.change('k', 1_000, take);
  await expect(one.counters.change('k', 1_000, take)).rejects.toThrow('taken');
  await other.counters.change('k', 1_000, () => ({ n: 0 }));
  await one.counters.change('k', 1_000, take);
  expect(await valueOf(other.counters)).toBe(1);
});
