import { describeGenerationLog } from '../generation-log.contract';
import { MemoryGenerationLog } from './memory-generation-log';

describeGenerationLog('memory', async () => {
  const log = new MemoryGenerationLog();
  return { writer: log, reader: log, close: () => log.close() };
});

it('forgets an answer ten minutes after its end', async () => {
  let now = 0;
  const log = new MemoryGenerationLog(() => now);
  await log.open('g').end('1');
  now = 599_999;
  expect(log.has('g')).toBe(true);
  now = 600_000;
  expect(log.has('g')).toBe(false);
});

it('forgets the oldest ended answers first when there are too many, and none that runs', async () => {
  const log = new MemoryGenerationLog(Date.now, 10);
  log.open('running').append('x'.repeat(100));
  for (const id of ['a', 'b', 'c']) await log.open(id).end('12345');
  expect(['running', 'a', 'b', 'c'].map((id) => log.has(id))).toEqual([true, false, true, true]);
});
