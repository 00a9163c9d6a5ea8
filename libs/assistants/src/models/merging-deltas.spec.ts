import { wrapLanguageModel } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import { mergingDeltas } from './merging-deltas';

type Part = Awaited<ReturnType<MockLanguageModelV4['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never;

/** The stream of a model that writes what the test says, as its reader gets it. */
async function merged(mergeMs: number, now?: () => number) {
  const { readable, writable } = new TransformStream<Part, Part>(undefined, { highWaterMark: 100 });
  const model = wrapLanguageModel({
    model: new MockLanguageModelV4({ doStream: async () => ({ stream: readable }) }),
    middleware: mergingDeltas(mergeMs, now),
  });
  const { stream } = await model.doStream({ prompt: [] });
  const reader = stream.getReader();
  return { writer: writable.getWriter(), next: async () => (await reader.read()).value as Part, reader };
}
const text = (delta: string, id = '0'): Part => ({ type: 'text-delta', id, delta });

it('gives the first piece at once, and those that follow within the time as one', async () => {
  const { writer, next } = await merged(50);
  void writer.write(text('a'));
  expect(await next()).toEqual(text('a'));
  for (const piece of ['b', 'c', 'd']) void writer.write(text(piece));
  expect(await next()).toEqual(text('bcd'));
});

it('collects on while pieces follow each other, and lets one through at once that comes after a pause', async () => {
  let clock = 0;
  const { writer, next } = await merged(50, () => clock);
  const write = (piece: string, afterMs: number) => {
    clock += afterMs;
    return writer.write(text(piece));
  };
  void write('a', 0);
  expect(await next()).toEqual(text('a'));
  for (const piece of ['b', 'c']) await write(piece, 20);
  expect(await next()).toEqual(text('bc'));
  for (const piece of ['d', 'e']) await write(piece, 20);
  expect(await next()).toEqual(text('de'));
  await write('f', 50);
  await write('g', 20);
  expect([await next(), await next()]).toEqual([text('f'), text('g')]);
});

it('waits for nothing else: an end, another text, any other part brings out what was collected', async () => {
  const { writer, next, reader } = await merged(60_000);
  for (const part of [text('a'), text('b'), text('c'), { type: 'text-end', id: '0' } as Part]) void writer.write(part);
  expect([await next(), await next(), await next()]).toEqual([text('a'), text('bc'), { type: 'text-end', id: '0' }]);
  for (const part of [text('d', '1'), text('e', '1'), text('f', '2')]) void writer.write(part);
  void writer.close();
  expect([await next(), await next(), await next()]).toEqual([text('d', '1'), text('e', '1'), text('f', '2')]);
  expect((await reader.read()).done).toBe(true);
});

it('passes on what came before the connection broke, and then the break', async () => {
  const { writer, next } = await merged(60_000);
  for (const part of [text('a'), text('b'), text('c')]) await writer.write(part);
  void writer.abort(new TypeError('terminated')).catch(() => undefined);
  expect(await next()).toEqual(text('a'));
  const rest = [];
  await expect(
    (async () => {
      for (;;) rest.push(await next());
    })(),
  ).rejects.toThrow('terminated');
});

it('lets the provider go when nobody reads any more', async () => {
  let cancelled: unknown;
  const source = new ReadableStream<Part>({ cancel: (reason) => void (cancelled = reason) });
  const model = wrapLanguageModel({
    model: new MockLanguageModelV4({ doStream: async () => ({ stream: source }) }),
    middleware: mergingDeltas(40),
  });
  await (await model.doStream({ prompt: [] })).stream.cancel('enough');
  expect(cancelled).toBe('enough');
});
