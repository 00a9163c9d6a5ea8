import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { UIMessageChunk } from 'ai';
import { ClientError } from '../core/client-error';
import { FakeClock } from '../../test/fake-clock';
import { FakeNetwork } from '../../test/fake-network';
import { hasty } from '../../test/voice-line';
import { createChatTransport, type ChatTransportOptions } from './chat-transport';

const chunks = [
  { type: 'start', messageId: 'm-2' },
  { type: 'text-start', id: '0' },
  { type: 'text-delta', id: '0', delta: 'Grüße ' },
  { type: 'text-delta', id: '0', delta: 'aus 🗼' },
  { type: 'text-end', id: '0' },
  { type: 'finish', finishReason: 'stop' },
];
const eventOf = (n: number, generation = 'g1') => `id: ${generation}.${n + 1}\ndata: ${JSON.stringify(chunks[n])}\n\n`;

/** What the server does with each request in turn. */
type Turn = (response: ServerResponse, request: IncomingMessage) => void;
let turns: Turn[];
const seen: { method: string; url: string; lastEventId: unknown }[] = [];
const server = createServer((request, response) => {
  request.resume();
  seen.push({ method: request.method!, url: request.url!, lastEventId: request.headers['last-event-id'] });
  const turn = turns.shift();
  if (turn === undefined) response.writeHead(204).end();
  else turn(response, request);
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => void (seen.length = 0));

const begin = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(': stream-open\n\n');
};
/** Sends the chunks from `first` to before `last` (and some bytes of the next), then breaks the line or ends it. */
const part =
  (first: number, last: number, how: 'break' | 'end', extra = ''): Turn =>
  (response) => {
    begin(response);
    const text = chunks.slice(first, last).map((_, n) => eventOf(first + n)).join('') + extra; // prettier-ignore
    response.write(text, () => (how === 'end' ? response.end() : setImmediate(() => response.destroy())));
  };

async function ask(options: Partial<ChatTransportOptions> = {}, abortSignal?: AbortSignal) {
  const transport = createChatTransport({
    tokenSource: { token: () => Promise.resolve('token') },
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock: hasty,
    ...options,
  });
  return transport.sendMessages({
    trigger: 'submit-message',
    chatId: 'conversation-0001',
    messageId: undefined,
    messages: [{ id: 'm-1', role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
    abortSignal,
  });
}
async function read(stream: ReadableStream<UIMessageChunk>): Promise<UIMessageChunk[]> {
  const all: UIMessageChunk[] = [];
  for await (const chunk of stream as unknown as AsyncIterable<UIMessageChunk>) all.push(chunk);
  return all;
}

describe('an answer whose line breaks', () => {
  it('goes on where it was, each chunk once, though the line broke in the middle of a character', async () => {
    const half = Buffer.from(eventOf(3));
    turns = [
      (response) => {
        begin(response);
        response.write(Buffer.concat([Buffer.from(eventOf(0) + eventOf(1) + eventOf(2)), half.subarray(0, -12)]), () =>
          setImmediate(() => response.destroy()),
        );
      },
      part(3, 6, 'end'),
    ];
    expect(await read(await ask())).toEqual(chunks);
    expect(seen).toEqual([
      { method: 'POST', url: '/api/chat', lastEventId: undefined },
      { method: 'GET', url: '/api/chat/conversation-0001/stream', lastEventId: 'g1.3' },
    ]);
  });

  it('is asked for as often as it breaks, while it comes forward', async () => {
    turns = chunks.map((_, n) => part(n, n + 1, n % 2 === 0 ? 'break' : 'end'));
    expect(await read(await ask({ maxResumes: 1 }))).toEqual(chunks);
  });

  it('is resumed too when it ends in good order but without its last chunk', async () => {
    turns = [part(0, 3, 'end', 'data: [DONE]\n\n'), part(3, 6, 'end')];
    expect(await read(await ask())).toEqual(chunks);
  });

  it('waits while the service is down, and asks again', async () => {
    const down: Turn = (response) =>
      response
        .writeHead(503, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify({ code: 'store_unavailable', kind: 'unavailable', message: 'Later', retryAfterMs: 2 }));
    turns = [part(0, 2, 'break'), down, (response) => void response.destroy(), part(2, 6, 'end')];
    expect(await read(await ask())).toEqual(chunks);
  });

  it('ends as it is when nobody goes on with it: the log has it', async () => {
    turns = [part(0, 3, 'break')];
    expect(await read(await ask())).toEqual(chunks.slice(0, 3));
    expect(seen).toHaveLength(2);
  });

  it('ends as it is when another answer is there instead', async () => {
    turns = [
      part(0, 3, 'break'),
      (response) => {
        begin(response);
        response.end(eventOf(0, 'g2') + eventOf(5, 'g2'));
      },
    ];
    expect(await read(await ask())).toEqual(chunks.slice(0, 3));
  });

  it('fails as a lost line does when it is not found again', async () => {
    turns = [part(0, 2, 'break'), ...Array.from({ length: 3 }, (): Turn => (response) => void response.destroy())];
    await expect(read(await ask({ maxResumes: 2 }))).rejects.toThrow('fetch failed');
  });

  it('fails with the reason when the person may not go on', async () => {
    const refused: Turn = (response) =>
      response.writeHead(403).end(JSON.stringify({ code: 'forbidden', kind: 'denied', message: 'No' }));
    turns = [part(0, 2, 'break'), refused];
    await expect(read(await ask())).rejects.toBeInstanceOf(ClientError);
  });

  it('is asked for at once when the network is back', async () => {
    const network = new FakeNetwork();
    const clock = new FakeClock();
    turns = [part(0, 2, 'break'), part(2, 6, 'end')];
    const waiting = new Promise<void>((resolve) => {
      const { onReturn } = network;
      network.onReturn = (listener) => {
        resolve();
        return onReturn.call(network, listener);
      };
    });
    const answer = read(await ask({ network, clock }));
    await waiting;
    network.comeBack();
    expect(await answer).toEqual(chunks);
  });

  it('is given up for dead when it says nothing for 45 s, heartbeat and all', async () => {
    const clock = new FakeClock();
    turns = [
      (response) => {
        begin(response);
        response.write(eventOf(0));
      },
      part(1, 6, 'end'),
    ];
    const stream = await ask({ clock });
    const reader = stream.getReader();
    expect((await reader.read()).value).toEqual(chunks[0]);
    const rest = reader.read();
    clock.advance(45_000);
    // The pause before the next try.
    while (clock.nextInMs === undefined) await new Promise(setImmediate);
    clock.advance(clock.nextInMs);
    expect((await rest).value).toEqual(chunks[1]);
    await reader.cancel();
  });
});

describe('an answer that was stopped', () => {
  it('is not asked for again', async () => {
    const stop = new AbortController();
    turns = [
      (response) => {
        begin(response);
        response.write(eventOf(0));
      },
    ];
    const stream = await ask({}, stop.signal);
    const reader = stream.getReader();
    await reader.read();
    const rest = reader.read();
    stop.abort();
    await expect(rest).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toHaveLength(1);
  });

  it('ends without a second request when it ended by itself', async () => {
    turns = [part(0, 6, 'end', 'data: [DONE]\n\n')];
    expect(await read(await ask())).toEqual(chunks);
    expect(seen).toHaveLength(1);
  });
});
