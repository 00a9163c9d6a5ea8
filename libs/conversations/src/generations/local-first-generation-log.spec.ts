import { describeGenerationLog } from '../generation-log.contract';
import { LocalFirstGenerationLog } from './local-first-generation-log';
import { MemoryGenerationLog } from './memory-generation-log';

/** Two processes over one shared log. */
const two = () => {
  const shared = new MemoryGenerationLog();
  const process = () => new LocalFirstGenerationLog(new MemoryGenerationLog(), shared);
  return { shared, writer: process(), reader: process() };
};

describeGenerationLog('local first', async () => {
  const { writer, reader } = two();
  return { writer, reader, close: () => writer.close() };
});

it('gives the asker a chunk that the shared log has not taken, and its end though that never takes it', async () => {
  const stuck = { ...stub(), open: () => ({ append: () => undefined, end: () => new Promise<void>(() => undefined) }) };
  const log = new LocalFirstGenerationLog(new MemoryGenerationLog(), stuck);
  const writer = log.open('g');
  writer.append('1');
  void writer.end('2');
  const seen: string[] = [];
  for await (const { json } of log.read('g', { signal: new AbortController().signal })) seen.push(json);
  expect(seen).toEqual(['1', '2']);
});

it('reads what another process began from the shared log, though this one ended it', async () => {
  const { writer, reader } = two();
  writer.open('g').append('1');
  await reader.open('g', { after: 1 }).end('2');
  expect(await reader.snapshot('g')).toEqual([
    { at: 1, json: '1' },
    { at: 2, json: '2' },
  ]);
});

const stub = () => ({
  open: () => fail(),
  read: () => fail(),
  snapshot: () => fail(),
  has: () => fail(),
  close: async () => undefined,
});
function fail(): never {
  throw new Error('not to be asked');
}
