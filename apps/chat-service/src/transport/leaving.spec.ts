import { randomUUID } from 'node:crypto';
import { createServer, request, type Server } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { ChatSocket } from '../testing/chat-socket';
import { startReplica } from '../testing/start-chat';
import { startWorld, type World } from '../testing/world';

/** What a request to the table takes at least: what is begun as the service stops is still under way when it has. */
const SLOW_MS = 40;

/** A slow way to the table, which counts. */
async function slowly(
  endpoint: string,
): Promise<{ server: Server; url: string; seen: () => number; open: () => number }> {
  const [counts, { hostname, port }] = [{ seen: 0, open: 0 }, new URL(endpoint)];
  const server = createServer((near, answer) => {
    counts.seen += 1;
    counts.open += 1;
    answer.on('close', () => (counts.open -= 1));
    const far = request({ hostname, port, path: near.url, method: near.method, headers: near.headers }, (told) => {
      setTimeout(() => told.pipe(answer.writeHead(told.statusCode!, told.headers)), SLOW_MS);
    });
    near.pipe(far.on('error', () => answer.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return { server, url, seen: () => counts.seen, open: () => counts.open };
}

let world: World;
let way: Awaited<ReturnType<typeof slowly>>;
beforeAll(async () => {
  world = await startWorld({ text: { pieceMs: 200 } });
  way = await slowly(world.environment['AWS_ENDPOINT_URL_DYNAMODB']!);
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = way.url;
});
afterAll(async () => {
  way.server.closeAllConnections();
  way.server.close();
  await world.close();
});

const WHEN: [string, (socket: ChatSocket) => Promise<void>][] = [
  ['a message that an assistant answers was acknowledged', async (socket) => void (await socket.event('ack'))],
  ['a message is being written down', async () => undefined],
  [
    'nothing but the end of the connection is left to tell',
    async (socket) => {
      const { data } = await socket.event('ack');
      const { conversationId } = data as { conversationId: string };
      await socket.find(({ event, data: told }) => event === 'message' && JSON.stringify(told).includes('"assistant"'));
      await socket.ask('presence', { conversationId });
    },
  ],
];

/** Seen as `Database is closed`: who stopped the table after the service found it still writing. */
it.each(WHEN)('a service that has stopped asks nothing of the table any more, when %s', async (_, until) => {
  const { service, url } = await startReplica(world);
  const socket = ChatSocket.as(url, await world.issuer.mint('bob'), '/ws/chat?sessionId=mine');
  await socket.event('welcome');
  socket.say({ event: 'sendMessage', data: { clientId: randomUUID(), text: 'hello there' } });
  await until(socket);
  await service.stop();
  const [open, seen] = [way.open(), way.seen()];
  await socket.closed;
  await pause(5 * SLOW_MS);
  expect([open, way.seen() - seen]).toEqual([0, 0]);
});
