import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { seen, startExample, type Example } from '../testing/example-service';

let example: Example;
beforeAll(async () => void (example = await startExample()));
afterAll(() => example.close());

/** A handshake as it stands on the wire, and all that is answered before the connection ends. */
async function answerTo(text: string): Promise<string> {
  const socket = connect(example.service.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answer;
}
const begun = 'GET /ws/example HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';

it('has at most 16 KiB of headers', async () => {
  const answer = await answerTo(`${begun}X-Filler: ${'x'.repeat(16 << 10)}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1.1 431 /);
  expect(seen).toEqual([]);
});

it('that does not come to an end is ended, though nobody else knocks meanwhile', async () => {
  const server = example.service.app.getHttpServer() as Server;
  expect(server.headersTimeout).toBe(10_000);
  server.headersTimeout = 100;
  // Node looks every 30 s by itself: longer than this test may take.
  expect(await answerTo(begun)).toMatch(/^HTTP\/1.1 408 /);
  expect(seen).toEqual([]);
});
