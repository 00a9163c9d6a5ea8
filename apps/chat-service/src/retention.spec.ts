import { DynamoCounters } from '@parley/assistants';
import { TestDynamo } from '@parley/conversations/testing';
import { Retention } from './retention';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

it('erases what is too old once a day, in one of many processes, and nothing where everything is kept', async () => {
  const table = await dynamo.createTable();
  let now = Date.UTC(2026, 0, 31);
  const erased: string[] = [];
  const process = (days: number | undefined) =>
    new Retention({
      store: {
        async expire(before) {
          erased.push(new Date(before).toISOString());
          return { seen: 0, shortened: 0, deleted: 0 };
        },
      },
      counters: new DynamoCounters(dynamo.client(), table, () => now),
      days,
      now: () => now,
    });
  const all = [process(30), process(30), process(30)];
  await process(undefined).run();
  await Promise.all(all.map((one) => one.run()));
  expect(erased).toEqual(['2026-01-01T00:00:00.000Z']);
  now += 24 * 3_600_000;
  await Promise.all(all.map((one) => one.run()));
  expect(erased).toEqual(['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z']);
});
