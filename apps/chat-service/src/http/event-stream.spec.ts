import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LoggedChunk } from '@parley/conversations';
import type { Response } from 'express';
import { placeAfter, streamGeneration } from './event-stream';

let server: Server;
afterEach(() => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))));

/** A server that streams what the test gives. */
async function serving(
  follow: (options: { after: number; signal: AbortSignal }) => AsyncIterable<LoggedChunk>,
  heartbeatMs?: number,
) {
  const done = Promise.withResolvers<void>();
  server = createServer((_, response) => {
    const options = heartbeatMs === undefined ? {} : { heartbeatMs };
    streamGeneration(response as unknown as Response, { generationId: 'g', follow }, options).then(
      done.resolve,
      done.reject,
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { response, reader: response.body!.getReader(), done: done.promise };
}
const text = async (reader: ReadableStreamDefaultReader<Uint8Array>) =>
  Buffer.from((await reader.read()).value ?? []).toString();

it('sends a byte at once and a comment now and then while the model thinks: no hop takes silence for death', async () => {
  const begin = Promise.withResolvers<void>();
  const { reader } = await serving(async function* () {
    await begin.promise;
    yield { at: 1, json: '{"type":"finish"}' };
  }, 5);
  let seen = await text(reader);
  expect(seen).toMatch(/^: stream-open\n\n/);
  while (seen.split(': alive\n\n').length < 4) seen += await text(reader);
  begin.resolve();
  while (!seen.includes('[DONE]')) seen += await text(reader);
  // Comments, never a chunk of our own: the SDK ends a chat for a type that it does not know.
  expect(seen.replaceAll(': alive\n\n', '')).toBe(
    ': stream-open\n\nid: g.1\ndata: {"type":"finish"}\n\ndata: [DONE]\n\n',
  );
});

it('follows nothing for a reader who left before it began', async () => {
  const closed = Promise.withResolvers<Response>();
  server = createServer((_, response) => {
    response.on('close', () => closed.resolve(response as unknown as Response));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const leaving = new AbortController();
  const asked = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { signal: leaving.signal });
  await once(server, 'request');
  leaving.abort();
  await expect(asked).rejects.toThrow();
  const follow = () => {
    throw new Error('somebody follows');
  };
  await expect(streamGeneration(await closed.promise, { generationId: 'g', follow })).resolves.toBeUndefined();
});

it('ends the response with the last chunk: a reader’s turn ends with the connection, not with a chunk', async () => {
  const { reader, done } = await serving(async function* () {
    yield { at: 1, json: '{"type":"finish"}' };
  });
  let seen = '';
  for (let next = await reader.read(); !next.done; next = await reader.read())
    seen += Buffer.from(next.value).toString();
  expect(seen).toMatch(/data: \[DONE\]\n\n$/);
  await done;
});

it('may not be cached, compressed, buffered or changed on the way', async () => {
  const { response, reader } = await serving(async function* () {});
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    'x-vercel-ai-ui-message-stream': 'v1',
  });
  expect(response.headers.has('content-encoding')).toBe(false);
  await reader.cancel();
});

it('waits for a slow reader instead of keeping all of the answer for it, and lets it go when it leaves', async () => {
  const big = 'x'.repeat(64_000);
  let given = 0;
  const left = Promise.withResolvers<void>();
  const { reader, done } = await serving(async function* ({ signal }) {
    signal.addEventListener('abort', () => left.resolve());
    while (!signal.aborted && given < 10_000) yield { at: (given += 1), json: big };
  });
  await reader.read();
  const settled = async () => {
    for (let before = -1; before !== given;) {
      before = given;
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await settled();
  expect(given).toBeLessThan(1_000);
  await reader.cancel();
  await left.promise;
  await done;
});

it.each([
  ['g.7', 7],
  ['other.7', 0],
  ['g.x', 0],
  ['g.-1', 0],
  ['g.1.5', 0],
  ['', 0],
  [undefined, 0],
])('reads on after the cursor %s at %i', (cursor, place) => expect(placeAfter('g', cursor)).toBe(place));
