import { Generation } from './generation';
import { Generations } from './generations';

const never = new AbortController().signal;
const collect = async (generation: Generation, cursor?: string) => {
  const all: string[] = [];
  for await (const { json } of generation.read(cursor, never)) all.push(json);
  return all;
};

describe('a generation', () => {
  it('gives every reader all of it, whenever it comes, and each chunk after its cursor once', async () => {
    const generation = new Generation('m1', 'k');
    const early = collect(generation);
    generation.append('1');
    generation.append('2');
    const late = collect(generation);
    const rest = collect(generation, 'm1.1');
    await Promise.resolve();
    generation.end('3', { succeeded: true });
    expect(await early).toEqual(['1', '2', '3']);
    expect(await late).toEqual(['1', '2', '3']);
    expect(await rest).toEqual(['2', '3']);
    expect(await collect(generation, 'm1.3')).toEqual([]);
  });

  it.each(['m2.1', 'm1.x', 'm1.-1', 'm1.99', ''])(
    'reads from the start after the cursor %s, which is not its own',
    async (cursor) => {
      const generation = new Generation('m1', 'k');
      generation.end('1', { succeeded: true });
      expect(await collect(generation, cursor)).toEqual(['1']);
    },
  );

  it('goes on when a reader leaves', async () => {
    const generation = new Generation('m1', 'k');
    const leaving = new AbortController();
    const reader = generation.read(undefined, leaving.signal);
    const pending = reader.next();
    leaving.abort();
    expect((await pending).done).toBe(true);
    generation.append('1');
    expect(generation.signal.aborted).toBe(false);
  });

  it('takes nothing after its terminal chunk', () => {
    const generation = new Generation('m1', 'k');
    generation.end('1', { succeeded: true });
    expect(() => generation.append('2')).toThrow('exactly one terminal chunk');
    expect(generation.stop()).toBe(false);
  });
});

describe('the generations of a process', () => {
  const finish = (generation: Generation) => async () => generation.end('{}', { succeeded: true });

  it('run one at a time in a conversation', () => {
    const generations = new Generations();
    const first = generations.reserve('c', 'k');
    expect(() => generations.reserve('c', 'k2')).toThrow('already being written');
    expect(generations.reserve('other', 'k')).not.toBe(first);
    generations.release('c', first);
    expect(generations.find('c')).toBeUndefined();
  });

  it('can be read for ten minutes after their end', async () => {
    let now = 0;
    const generations = new Generations(() => now);
    const generation = generations.reserve('c', 'k');
    generations.run('c', generation, finish(generation), () => undefined);
    await generations.stopAll();
    now = 599_999;
    expect(generations.find('c')).toBe(generation);
    now = 600_000;
    expect(generations.find('c')).toBeUndefined();
  });

  it('end with an error chunk when producing them has a bug', async () => {
    const generations = new Generations();
    const generation = generations.reserve('c', 'k');
    const faults: unknown[] = [];
    generations.run(
      'c',
      generation,
      () => Promise.reject(new Error('bug')),
      (error) => faults.push(error),
    );
    expect(await collect(generation)).toEqual(['{"type":"error","errorText":"internal"}']);
    expect([faults.length, generation.succeeded]).toEqual([1, false]);
  });
});
