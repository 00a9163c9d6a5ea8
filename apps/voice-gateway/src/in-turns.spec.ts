import { InTurns } from './in-turns';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it.each([1, 7, 20, 45])('gives each of %s once in a period, and never many at once', async (count) => {
  const all = Array.from({ length: count }, (_, n) => n);
  const given: number[][] = [];
  const turns = new InTurns(
    () => all,
    async (few) => void given.push(few),
    2_000,
  );
  await jest.advanceTimersByTimeAsync(2_000);
  expect(given.flat()).toEqual(all);
  expect(Math.max(...given.map(({ length }) => length))).toBe(Math.ceil(count / 20));
  await jest.advanceTimersByTimeAsync(2_000);
  expect(given.flat()).toEqual([...all, ...all]);
  await turns.stop();
  expect(jest.getTimerCount()).toBe(0);
});

it('stops when what it had begun is done', async () => {
  let finish!: () => void;
  const turns = new InTurns(
    () => ['a'],
    () => new Promise<void>((resolve) => (finish = resolve)),
    2_000,
  );
  await jest.advanceTimersByTimeAsync(100);
  let stopped = false;
  const stop = turns.stop().then(() => (stopped = true));
  await jest.advanceTimersByTimeAsync(0);
  expect(stopped).toBe(false);
  finish();
  await stop;
});

it('asks again in each period who there is', async () => {
  let all = ['a'];
  const given: string[] = [];
  const turns = new InTurns(
    () => all,
    async (few) => void given.push(...few),
    2_000,
  );
  await jest.advanceTimersByTimeAsync(2_000);
  all = [];
  await jest.advanceTimersByTimeAsync(2_000);
  expect(given).toEqual(['a']);
  await turns.stop();
});
