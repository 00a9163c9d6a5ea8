import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';

const codec = new EventStreamCodec(toUtf8, fromUtf8);
const header = (value: string) => ({ type: 'string', value }) as const;

function frame(event: string, payload: object): Uint8Array {
  const headers = {
    ':message-type': header('event'),
    ':event-type': header(event),
    ':content-type': header('application/json'),
  };
  return codec.encode({ headers, body: fromUtf8(JSON.stringify({ ...payload, p: 'abcdefghij' })) });
}

/** What Converse answers, the one without a stream: the service asks it for titles. */
const TITLE = JSON.stringify({
  output: { message: { role: 'assistant', content: [{ text: 'A question of the bench' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
  metrics: { latencyMs: 1 },
});

/** Written once: the provider's own processor time is nobody's here. */
const START = frame('messageStart', { role: 'assistant' });
const TOKEN = frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: ' token' } });
const END = Buffer.concat([
  frame('contentBlockStop', { contentBlockIndex: 0 }),
  frame('messageStop', { stopReason: 'end_turn' }),
  frame('metadata', { usage: { inputTokens: 10, outputTokens: 100, totalTokens: 110 }, metrics: { latencyMs: 1 } }),
]);

/** One timer for each stream would be the provider's load; all that are due leave together. */
const TICK_MS = 10;

/** Bedrock's ConverseStream at so many tokens a second: `/pace/<tokens a second>/<tokens>`, kept for all that follow. */
export async function startProvider(): Promise<{ url: string; close(): void }> {
  let tokensPerSecond = 20;
  let tokens = 100;
  const streams = new Set<{ response: ServerResponse; due: number; left: number }>();
  const server = createServer((request, response) => {
    const pace = /^\/pace\/(\d+)\/(\d+)$/.exec(request.url ?? '');
    if (pace) {
      [tokensPerSecond, tokens] = [Number(pace[1]), Number(pace[2])];
      return void response.end();
    }
    request.resume().on('end', () => {
      if (request.url?.endsWith('/converse') === true) {
        return void response.setHeader('content-type', 'application/json').end(TITLE);
      }
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
      response.write(START);
      response.write(TOKEN);
      streams.add({ response, due: performance.now() + 1_000 / tokensPerSecond, left: tokens - 1 });
    });
  });
  const timer = setInterval(() => {
    const now = performance.now();
    for (const stream of streams) {
      while (stream.left > 0 && stream.due <= now) {
        stream.response.write(TOKEN);
        stream.left -= 1;
        stream.due += 1_000 / tokensPerSecond;
      }
      if (stream.left > 0 && !stream.response.destroyed) continue;
      streams.delete(stream);
      stream.response.end(END);
    }
  }, TICK_MS);
  // Longer than any pause of the bench: a connection that is closed while it is taken again is a fault of nobody's.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      clearInterval(timer);
      server.closeAllConnections();
      server.close();
    },
  };
}
