import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { startEdge } from './start-edge';
import type { Edge, EdgeLogEntry, EdgeOptions } from './options';
import { closeOf, CONFIG, next, rawExchange, ROUTES, startStandIn, type StandIn } from './testing/stand-in';

let service: StandIn;
let edge: Edge;
let logged: (entry: EdgeLogEntry) => unknown = () => undefined;

const start = (origin = service.origin, more: Partial<EdgeOptions> = {}) =>
  startEdge({
    routes: ROUTES,
    targets: { 'chat-service': origin, 'voice-gateway': origin },
    siteFolder: import.meta.dirname,
    config: CONFIG,
    log: (entry) => logged(entry),
    ...more,
  });
const echo: StandIn['onSocket'] = (socket) =>
  void socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));

beforeAll(async () => {
  service = await startStandIn();
  edge = await start();
});
afterAll(async () => {
  await edge.close();
  await service.close();
});
beforeEach(() => {
  service.onSocket = echo;
  service.seen = [];
});

const open = async (path: string, protocols: string[] = [], at = edge) => {
  const socket = new WebSocket(`ws://localhost:${at.port}${path}`, protocols, { perMessageDeflate: false });
  await once(socket, 'open');
  return socket;
};
const statusOfUpgrade = async (path: string, at = edge) =>
  Number(
    /^HTTP\/1\.1 (\d+)/.exec(
      await rawExchange(
        at.port,
        `GET ${path} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      ),
    )?.[1],
  );

/** A service of bare bytes, for what a well-behaved one never does. */
async function startBare(onSocket: (socket: Socket) => void): Promise<{ server: Server; origin: string }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => onSocket(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const ASKING = 'GET /ws/voice HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

describe('a WebSocket', () => {
  it('carries text and binary frames both ways, large ones too', async () => {
    const socket = await open('/ws/voice');
    for (const frame of ['hello', Buffer.alloc(2_000_000, 7)]) {
      socket.send(frame);
      const [data, isBinary] = (await once(socket, 'message')) as [Buffer, boolean];
      expect(isBinary).toBe(Buffer.isBuffer(frame));
      expect(data.equals(Buffer.from(frame))).toBe(true);
    }
    socket.close();
    await once(socket, 'close');
  });

  it('brings path, query, subprotocols, origin and address to the service, and the selected subprotocol back', async () => {
    const socket = await open('/ws/chat?ticket=t', ['parley.v1', 'bearer.token']);
    expect(socket.protocol).toBe('parley.v1');
    const request = service.seen.at(-1);
    expect(request?.url).toBe('/ws/chat?ticket=t');
    expect(request?.headers['sec-websocket-protocol']).toBe('parley.v1,bearer.token');
    expect(request?.headers['cloudfront-viewer-address']).toMatch(/:\d+$/);
    expect(request?.headers['x-amz-cf-id']).toEqual(expect.any(String));
    socket.terminate();
  });

  it('brings each side’s close code to the other', async () => {
    service.onSocket = (socket) => socket.close(4401, 'Token expired');
    const closed = once(await open('/ws/chat'), 'close');
    expect([(await closed)[0], String((await closed)[1])]).toEqual([4401, 'Token expired']);

    const accepted = new Promise<WebSocket>((resolve) => void (service.onSocket = resolve));
    (await open('/ws/chat')).close(1000, 'done');
    expect((await once(await accepted, 'close'))[0]).toBe(1000);
  });

  it('brings the sudden death of either side to the other as 1006', async () => {
    for (const dies of ['viewer', 'service'] as const) {
      const accepted = new Promise<WebSocket>((resolve) => void (service.onSocket = resolve));
      const viewer = await open('/ws/voice');
      const other = dies === 'viewer' ? await accepted : viewer;
      (dies === 'viewer' ? viewer : await accepted).terminate();
      expect((await once(other, 'close'))[0]).toBe(1006);
    }
  });

  it('slows the service down when the viewer does not read', async () => {
    const accepted = new Promise<WebSocket>((resolve) => void (service.onSocket = resolve));
    const viewer = await open('/ws/voice');
    const sender = await accepted;
    viewer.pause();
    const chunk = Buffer.alloc(1_000_000);
    let sent = 0;
    // Whatever the kernel takes on two loopback connections is far below this; what is beyond it waits in the service.
    while (sent < 64) {
      sender.send(chunk);
      sent += 1;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(sender.bufferedAmount).toBeGreaterThan(16_000_000);
    let received = 0;
    const all = new Promise<void>((resolve) =>
      viewer.on('message', () => {
        received += 1;
        if (received === sent) resolve();
      }),
    );
    viewer.resume();
    await all;
    viewer.terminate();
  });

  it('is logged when it closes, without its query', async () => {
    const entry = new Promise<EdgeLogEntry>(
      (resolve) => void (logged = (entry) => entry.path === '/ws/chat-logged' && resolve(entry)),
    );
    (await open('/ws/chat-logged?token=secret')).close();
    expect(await entry).toMatchObject({ path: '/ws/chat-logged', status: 101, service: 'chat-service' });
  });

  it('ends when the edge ends', async () => {
    const other = await start();
    const socket = await open('/ws/voice', [], other);
    const closed = once(socket, 'close');
    await other.close();
    expect((await closed)[0]).toBe(1006);
  });
});

describe('the handshake', () => {
  it.each(['/health/ready', '/metrics', '/', '/ws', '/ws/../metrics'])(
    'at %s is 404 and reaches no service',
    async (path) => {
      expect(await statusOfUpgrade(path)).toBe(404);
      expect(service.seen).toHaveLength(0);
    },
  );

  it('keeps CloudFront’s limits', async () => {
    expect(await statusOfUpgrade(`/ws/voice?token=${'a'.repeat(8_192)}`)).toBe(414);
  });

  it('with a service that is down is 502, with one that stays silent 504', async () => {
    const down = await startStandIn();
    await down.close();
    const [withDown, silent] = [await start(down.origin), await startBare(() => undefined)];
    const withSilent = await start(silent.origin, { originReadTimeoutMs: 50 });
    expect(await statusOfUpgrade('/ws/voice', withDown)).toBe(502);
    expect(await statusOfUpgrade('/ws/voice', withSilent)).toBe(504);
    await Promise.all([withDown.close(), withSilent.close()]);
    silent.server.close();
  });

  it('passes a refusal on as it is and ends the connection, so that no second request bypasses the routes', async () => {
    const refusal = 'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nslow';
    const bare = await startBare((socket) => socket.write(refusal));
    const other = await start(bare.origin);
    const answer = await rawExchange(other.port, `${ASKING}GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/);
    expect(answer).toContain('Retry-After: 7');
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(answer.endsWith('slow')).toBe(true);
    await other.close();
    bare.server.close();
  });

  it('keeps bytes that either side sends along with it', async () => {
    const bare = await startBare((socket) => {
      socket.write(`${SWITCHING}early`);
      socket.on('data', (data) => socket.end(`got ${String(data)}`));
    });
    const other = await start(bare.origin);
    const answer = await rawExchange(other.port, `${ASKING}hasty`);
    expect(answer.split('\r\n\r\n')[1]).toBe('earlygot hasty');
    await other.close();
    bare.server.close();
  });
});

describe('after the handshake', () => {
  const connectRaw = async (at: Edge) => {
    const socket = connect({ port: at.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.write(ASKING);
    expect(String(await next<Buffer>(socket, 'data'))).toContain('101');
    return socket;
  };

  it('an end of one direction leaves the other open', async () => {
    const accepted = new Promise<Socket>(
      (resolve) =>
        void startBare((socket) => {
          socket.write(SWITCHING);
          resolve(socket);
        }).then((bare) => void (half = bare)),
    );
    let half: { server: Server; origin: string } | undefined;
    while (!half) await new Promise((resolve) => setImmediate(resolve));
    const other = await start(half.origin);
    const viewer = await connectRaw(other);
    const origin = await accepted;

    viewer.end();
    origin.resume();
    await once(origin, 'end');
    origin.write('after the viewer’s end');
    expect(String(await next<Buffer>(viewer, 'data'))).toBe('after the viewer’s end');
    origin.end();
    await closeOf(viewer);
    await other.close();
    half.server.close();
  });

  it('silence of the service ends the connection, whatever the viewer says', async () => {
    const bare = await startBare((socket) => void socket.write(SWITCHING));
    const other = await start(bare.origin, { socketIdleTimeoutMs: 60 });
    const viewer = await connectRaw(other);
    viewer.on('error', () => undefined);
    const chatter = setInterval(() => viewer.write('still here'), 10);
    await closeOf(viewer);
    clearInterval(chatter);
    await other.close();
    bare.server.close();
  });
});
