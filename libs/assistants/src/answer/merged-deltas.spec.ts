import type { ModelPart } from '../models/chat-model';
import { MergedDeltas } from './merged-deltas';

/** What is passed on of what the test says, and when. */
function merged(mergeMs: number) {
  jest.useFakeTimers();
  const passed: ModelPart[] = [];
  const deltas = new MergedDeltas((part) => passed.push(part), mergeMs);
  const write = (...pieces: (ModelPart | string)[]) => {
    for (const piece of pieces) deltas.take(typeof piece === 'string' ? text(piece) : piece);
  };
  return { write, wait: (ms: number) => void jest.advanceTimersByTime(ms), passed, flush: () => deltas.flush() };
}
afterEach(() => jest.useRealTimers());
const text = (delta: string, id = '0'): ModelPart => ({ type: 'text-delta', id, delta });

it('gives the first piece at once, and those that follow within the time as one', () => {
  const { write, wait, passed } = merged(50);
  write('a');
  expect(passed).toEqual([text('a')]);
  write('b', 'c', 'd');
  wait(49);
  expect(passed).toEqual([text('a')]);
  wait(1);
  expect(passed).toEqual([text('a'), text('bcd')]);
});

it('collects on while pieces follow each other, and lets one through at once that comes after a pause', () => {
  const { write, wait, passed } = merged(50);
  write('a');
  for (const piece of ['b', 'c', 'd', 'e']) {
    wait(20);
    write(piece);
  }
  wait(50);
  expect(passed).toEqual([text('a'), text('bcd'), text('e')]);
  write('f');
  expect(passed.at(-1)).toEqual(text('f'));
  wait(20);
  write('g');
  expect(passed.at(-1)).toEqual(text('f'));
  wait(50);
  expect(passed.at(-1)).toEqual(text('g'));
});

it('waits for nothing else: an end, another text, any other part brings out what was collected', () => {
  const { write, passed, flush } = merged(60_000);
  const end = { type: 'text-end', id: '0' } as const;
  write('a', 'b', 'c', end);
  expect(passed.splice(0)).toEqual([text('a'), text('bc'), end]);
  write(text('d', '1'), text('e', '1'), text('f', '2'));
  expect(passed.splice(0)).toEqual([text('d', '1'), text('e', '1'), text('f', '2')]);
  const signed: ModelPart = { type: 'text-delta', id: '2', delta: '', providerMetadata: { some: { signature: 'x' } } };
  write(text('g', '2'), signed, text('h', '2'), text('i', '2'));
  expect(passed.splice(0)).toEqual([text('g', '2'), signed, text('h', '2')]);
  flush();
  expect(passed).toEqual([text('i', '2')]);
});

it('leaves the pieces as they are with no time to wait', () => {
  const { write, passed } = merged(0);
  write('a', 'b');
  expect(passed).toEqual([text('a'), text('b')]);
});

it('does not change the pieces that it was given', () => {
  const { write, flush } = merged(50);
  const [first, second] = [text('b'), text('c')];
  write('a', first, second);
  flush();
  expect([first, second]).toEqual([text('b'), text('c')]);
});
