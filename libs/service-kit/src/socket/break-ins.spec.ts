import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TICKET_STORE, type TicketStore } from '@parley/auth';
import { ADDRESS_HEADER, ORIGIN, PARTNER, seen, startExample, type Example } from '../testing/example-service';
import { TestSocket } from '../testing/test-socket';

let example: Example;
let token: string;
beforeAll(async () => {
  example = await startExample();
  token = await example.pool.mint({ sub: 'alice' });
});
afterAll(() => example.close());
beforeEach(() => void (seen.length = 0));

const KEY = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const bare = (target: string, more = '', key = KEY) =>
  `GET ${target} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${more}${key}\r\n`;
const handshake = (target: string, more = '', key = KEY) =>
  bare(target, `Authorization: Bearer ${token}\r\n${more}`, key);

/** Bytes as they stand on the wire: no client of ours would send these. */
function send(...parts: (string | Buffer)[]): Socket {
  const socket = connect(example.service.port, '127.0.0.1');
  socket.on('error', () => undefined);
  for (const part of parts) socket.write(part);
  return socket;
}
async function answerTo(...parts: (string | Buffer)[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const socket = send(...parts).on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks);
}
const statusOf = async (...parts: (string | Buffer)[]) =>
  Number(/^HTTP\/1\.1 (\d+)/.exec(String(await answerTo(...parts)))?.[1]);

const MALFORMED: [what: string, key: string][] = [
  ['no key', ''],
  ['a key of another length', 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2hvcnQ=\r\n'],
  ['another version', KEY.replace('13', '12')],
  ['a subprotocol twice', `Sec-WebSocket-Protocol: parley.v1, parley.v1\r\n${KEY}`],
  ['an empty subprotocol', `Sec-WebSocket-Protocol: parley.v1,,v2\r\n${KEY}`],
];

describe('with a good token', () => {
  it.each([
    ['//elsewhere/ws/example', 404],
    ['http://elsewhere/ws/example', 404],
    ['/api/../ws/example', 404],
    ['/ws/./example', 404],
    ['/ws/%65xample', 404],
    ['/WS/example', 404],
    ['/ws/example;x', 404],
  ])('a path that the edge would take for another one does not exist: %s', async (target, status) => {
    expect(await statusOf(handshake(target))).toBe(status);
    expect(seen).toEqual([]);
  });

  it('two origins, of which one is allowed, are a foreign one', async () => {
    const both = `Origin: ${ORIGIN}\r\nOrigin: https://evil.example\r\n`;
    expect(await statusOf(handshake('/ws/example', both))).toBe(403);
    expect(seen).toEqual([]);
  });

  it('a foreign origin told by its older name is a foreign one, and an allowed one beside it does not help', async () => {
    const older = 'Sec-WebSocket-Origin: https://evil.example\r\n';
    const eighth = KEY.replace('13', '8');
    expect(await statusOf(handshake('/ws/example', older, eighth))).toBe(403);
    expect(await statusOf(handshake('/ws/example', `Origin: ${ORIGIN}\r\n${older}`, eighth))).toBe(403);
    expect(seen).toEqual([]);
  });

  it.each(MALFORMED)('a handshake with %s opens nothing, and keeps no place', async (_, key) => {
    for (let times = 0; times < 12; times += 1) expect(await statusOf(handshake('/ws/example', '', key))).toBe(400);
    expect(seen).toEqual([]);
    const socket = new TestSocket(`${example.ws}/ws/id?token=${token}`);
    await socket.opened();
    socket.socket.close();
    await socket.closed;
  });

  it('the subprotocol that carries it may be the only one that is offered', async () => {
    const offered = `Sec-WebSocket-Protocol: bearer.${token}\r\n`;
    const socket = send(bare('/ws/id', offered));
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(String(head)).toMatch(/^HTTP\/1\.1 101 (?!.*sec-websocket-protocol)/is);
    socket.destroy();
    await once(socket, 'close');
  });

  it('a handshake that also has a body is not read as two requests', async () => {
    const smuggled = 'GET /api/closed HTTP/1.1\r\nHost: x\r\n\r\n';
    const lengths = `Content-Length: ${smuggled.length}\r\nTransfer-Encoding: chunked\r\n`;
    expect(await statusOf(handshake('/ws/example', lengths), smuggled)).toBe(400);
    expect(seen).toEqual([]);
  });
});

it.each(MALFORMED)('a handshake with %s does not spend the ticket that it brings', async (_, key) => {
  const tickets = example.service.app.get<TicketStore>(TICKET_STORE, { strict: false });
  const principal = { kind: 'user', id: 'tim', groups: [], clientId: 'c', expiresAt: Date.now() + 60_000 } as const;
  const target = `/ws/guests?ticket=${await tickets.issue(principal, 'chat')}`;
  expect(await statusOf(bare(target, '', key))).toBe(400);
  expect(seen).toEqual([]);
  const socket = new TestSocket(example.ws + target);
  expect(await socket.next()).toMatchObject({ event: 'welcome', data: { id: 'tim' } });
  socket.socket.close();
  await socket.closed;
});

it('compression is not negotiated, and a compressed frame ends the connection before it is unpacked', async () => {
  const offered = 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n';
  // A text frame with the bit that says "compressed", masked with zeros.
  const compressed = Buffer.from([0xc1, 0x82, 0, 0, 0, 0, 0x03, 0x00]);
  let answer = Buffer.alloc(0);
  let frame = answer;
  for await (const chunk of send(handshake('/ws/example', offered), compressed)) {
    answer = Buffer.concat([answer, chunk as Buffer]);
    const end = answer.indexOf('\r\n\r\n');
    if (end !== -1) frame = answer.subarray(end + 4);
    if (frame.length >= 4) break;
  }
  expect(String(answer)).toMatch(/^HTTP\/1\.1 101 /);
  expect(String(answer)).not.toMatch(/Sec-WebSocket-Extensions/i);
  // A close frame: 1002, a protocol error.
  expect([frame[0], frame.readUInt16BE(2)]).toEqual([0x88, 1002]);
  expect(seen.filter((what) => what !== 'disconnected')).toEqual(['connected alice']);
});

it('x-forwarded-for makes nobody another caller', async () => {
  // Twice as many as are let through, at once: a slow machine gets some back meanwhile.
  const ask = async (_: unknown, n: number) => {
    const headers = { authorization: 'Bearer x.y.z', [ADDRESS_HEADER]: '10.9.9.9:1', 'x-forwarded-for': `10.1.1.${n}` };
    return (await fetch(`${example.url}/api/closed`, { headers })).status;
  };
  expect(await Promise.all(Array.from({ length: 60 }, ask))).toContain(429);
});

describe('a guest cookie that a neighbouring subdomain put beside the person’s own', () => {
  const visit = async (cookie?: string, origin = ORIGIN) => {
    const headers = cookie === undefined ? {} : { cookie };
    const socket = new TestSocket(`${example.ws}/ws/guests?sessionId=a`, [], { headers, origin });
    let pair = '';
    socket.socket.once('upgrade', ({ headers: got }) => (pair = got['set-cookie']?.[0]?.split(';')[0] ?? ''));
    const { data } = await socket.next<{ data: { id: string } }>();
    socket.socket.close();
    await socket.closed;
    return { id: data.id, pair };
  };

  it('decides nothing: neither of the two is spoken as', async () => {
    const [mine, theirs] = [await visit(), await visit()];
    const { id } = await visit(`${theirs.pair}; ${mine.pair}`);
    expect([mine.id, theirs.id]).not.toContain(id);
    const response = await fetch(`${example.url}/api/guests`, { headers: { cookie: `${theirs.pair}; ${mine.pair}` } });
    expect(response.status).toBe(401);
  });

  it('is no guest of another allowed origin', async () => {
    const mine = await visit();
    expect((await visit(mine.pair, PARTNER)).id).not.toBe(mine.id);
  });
});
