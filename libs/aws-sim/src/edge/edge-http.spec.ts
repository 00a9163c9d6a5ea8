import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { startEdge } from './start-edge';
import type { Edge, EdgeLogEntry, EdgeOptions } from './options';
import { closeOf, CONFIG, next, rawExchange, ROUTES, startStandIn, type StandIn } from './testing/stand-in';

let chat: StandIn;
let voice: StandIn;
let edge: Edge;
let log: EdgeLogEntry[] = [];
let logged: (entry: EdgeLogEntry) => unknown = () => undefined;

const start = (more: Partial<EdgeOptions> = {}) =>
  startEdge({
    routes: ROUTES,
    targets: { 'chat-service': chat.origin, 'voice-gateway': voice.origin },
    siteFolder: import.meta.dirname,
    config: CONFIG,
    originSecret: 'edge-secret',
    log: (entry) => {
      log.push(entry);
      logged(entry);
    },
    ...more,
  });
const nextLog = (path: string) =>
  new Promise<EdgeLogEntry>((resolve) => void (logged = (entry) => entry.path === path && resolve(entry)));

beforeAll(async () => {
  [chat, voice] = [await startStandIn(), await startStandIn()];
  edge = await start();
});
afterAll(async () => {
  await edge.close();
  await Promise.all([chat.close(), voice.close()]);
});
beforeEach(() => {
  log = [];
  chat.seen = [];
  voice.seen = [];
  chat.answer = (_request, response) => void response.end('ok');
});

const last = (service: StandIn) => service.seen.at(-1);

describe('routes', () => {
  it.each([
    ['/api/session/me', 'chat'],
    ['/api/', 'chat'],
    ['/ws/voice', 'voice'],
    ['/x/../api/chat', 'chat'],
    ['/x/%2e%2e/api/chat', 'chat'],
  ])('%s leads to %s', async (path, service) => {
    await rawExchange(edge.port, `GET ${path} HTTP/1.1\r\nHost: parley.test\r\nConnection: close\r\n\r\n`);
    expect([chat.seen.length, voice.seen.length]).toEqual(service === 'chat' ? [1, 0] : [0, 1]);
    expect(last(service === 'chat' ? chat : voice)?.url).toBe(path);
  });

  it.each(['/health/live', '/health/ready', '/metrics', '/api/../metrics', '/api', '/ws', '/API/chat'])(
    '%s reaches no service',
    async (path) => {
      await rawExchange(edge.port, `GET ${path} HTTP/1.1\r\nHost: parley.test\r\nConnection: close\r\n\r\n`);
      expect([chat.seen.length, voice.seen.length]).toEqual([0, 0]);
    },
  );

  it('answers under localhost and under 127.0.0.1', async () => {
    for (const host of ['localhost', '127.0.0.1'])
      expect((await fetch(`http://${host}:${edge.port}/api/x`)).status).toBe(200);
  });

  it('cannot be planned without a target for each service', async () => {
    await expect(start({ targets: { 'chat-service': chat.origin } })).rejects.toThrow('where voice-gateway listens');
  });
});

describe('headers towards the service', () => {
  it('are the viewer’s, Host, Authorization, Cookie and Origin included', async () => {
    await rawExchange(
      edge.port,
      'GET /api/x?token=a HTTP/1.1\r\nHost: parley.test\r\nAuthorization: Bearer t\r\nCookie: a=1\r\nOrigin: http://o\r\nConnection: close\r\n\r\n',
    );
    expect(last(chat)?.headers).toMatchObject({
      host: 'parley.test',
      authorization: 'Bearer t',
      cookie: 'a=1',
      origin: 'http://o',
    });
    expect(last(chat)?.url).toBe('/api/x?token=a');
  });

  it('name the viewer’s address, appended to X-Forwarded-For and over a forged CloudFront-Viewer-Address', async () => {
    await fetch(`http://127.0.0.1:${edge.port}/api/x`, {
      headers: { 'x-forwarded-for': '6.6.6.6', 'cloudfront-viewer-address': '6.6.6.6:6', 'cloudfront-is-vip': 'yes' },
    });
    expect(last(chat)?.headers['x-forwarded-for']).toBe('6.6.6.6, 127.0.0.1');
    expect(last(chat)?.headers['cloudfront-viewer-address']).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(last(chat)?.headers).not.toHaveProperty('cloudfront-is-vip');
  });

  it('carry the origin secret and a request id in place of the viewer’s', async () => {
    const answer = await fetch(`${edge.origin}/api/x`, {
      headers: { 'x-origin-verify': 'forged', 'x-amz-cf-id': 'forged', 'x-real-ip': '6.6.6.6' },
    });
    expect(last(chat)?.headers['x-origin-verify']).toBe('edge-secret');
    expect(last(chat)?.headers['x-amz-cf-id']).toBe(answer.headers.get('x-amz-cf-id'));
    expect(last(chat)?.headers).not.toHaveProperty('x-real-ip');
  });

  it('leave out what belongs to the connection, and what Connection names', async () => {
    await rawExchange(
      edge.port,
      'GET /api/x HTTP/1.1\r\nHost: h\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nProxy-Authorization: x\r\nUpgrade: h2c\r\n\r\n',
    );
    for (const name of ['x-hop', 'keep-alive', 'te', 'proxy-authorization', 'upgrade'])
      expect(last(chat)?.headers).not.toHaveProperty(name);
    expect(last(chat)?.headers.connection).toBe('keep-alive');
  });
});

describe('answers', () => {
  it('arrive with status, headers and several cookies as they are', async () => {
    chat.answer = (_request, response) =>
      void response.writeHead(418, 'Teapot', ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-One', '1']).end('tea');
    const answer = await fetch(`${edge.origin}/api/x`);
    expect([answer.status, answer.statusText, await answer.text()]).toEqual([418, 'Teapot', 'tea']);
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(answer.headers.get('x-cache')).toBe('Miss from cloudfront');
  });

  it('of an event stream arrive event by event, the head before the first', async () => {
    let service: ServerResponse | undefined;
    chat.answer = (_request, response) => {
      service = response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
    };
    const answer = await fetch(`${edge.origin}/api/chat`);
    const reader = answer.body?.getReader();
    for (const event of ['data: one\n\n', 'data: two\n\n', 'data: [DONE]\n\n']) {
      service?.write(event);
      expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(event);
    }
    service?.end();
    expect((await reader?.read())?.done).toBe(true);
  });

  it('reuse the connection to the service', async () => {
    let connections = 0;
    chat.server.on('connection', () => void connections++);
    for (let index = 0; index < 5; index += 1) await (await fetch(`${edge.origin}/api/x`)).text();
    expect(connections).toBeLessThanOrEqual(1);
  });
});

describe('bodies', () => {
  it('reach the service chunk by chunk', async () => {
    const arrived = new Promise<IncomingMessage>((resolve) => void (chat.answer = (request) => resolve(request)));
    const upload = httpRequest({ host: '127.0.0.1', port: edge.port, method: 'POST', path: '/api/chat' });
    upload.on('error', () => undefined);
    upload.write('first');
    const request = await arrived;
    expect(String(await next<Buffer>(request, 'data'))).toBe('first');
    upload.write('second');
    expect(String(await next<Buffer>(request, 'data'))).toBe('second');
    upload.destroy();
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('of %s are the same bytes, chunked or measured', async (method) => {
    chat.answer = (request, response) => void request.pipe(response);
    const body = Buffer.alloc(300_000, method);
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new Uint8Array(body));
        controller.close();
      },
    });
    for (const form of [{ body }, { body: stream, duplex: 'half' as const }])
      expect(
        body.equals(Buffer.from(await (await fetch(`${edge.origin}/api/x`, { method, ...form })).arrayBuffer())),
      ).toBe(true);
  });
});

describe('sudden ends', () => {
  it('of the viewer reach the service', async () => {
    const arrived = new Promise<ServerResponse>(
      (resolve) =>
        void (chat.answer = (_request, response) => {
          response.write('started');
          resolve(response);
        }),
    );
    const abort = new AbortController();
    const answer = await fetch(`${edge.origin}/api/chat`, { signal: abort.signal });
    expect(answer.status).toBe(200);
    const service = await arrived;
    abort.abort();
    await once(service, 'close');
    expect(service.writableFinished).toBe(false);
  });

  it('of the service reach the viewer as a broken answer, not as an end', async () => {
    chat.answer = (_request, response) => void response.write('half', () => response.destroy());
    const answer = await fetch(`${edge.origin}/api/chat`);
    await expect(answer.text()).rejects.toThrow();
  });
});

describe('a service that', () => {
  const startWith = (origin: string, more: Partial<EdgeOptions> = {}) =>
    start({ targets: { 'chat-service': origin, 'voice-gateway': origin }, ...more });

  it('is down is 502 and named, as JSON for programs and as a page for people', async () => {
    const down = await startStandIn();
    await down.close();
    const other = await startWith(down.origin);
    const entry = nextLog('/api/down');
    const answer = await fetch(`${other.origin}/api/down`);
    expect([answer.status, await answer.json()]).toMatchObject([502, { message: 'chat-service does not answer' }]);
    expect(await entry).toMatchObject({ status: 502, service: 'chat-service', failure: 'ECONNREFUSED' });
    const page = await fetch(`${other.origin}/api/x`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('chat-service does not answer');
    await other.close();
  });

  it('stays silent is 504', async () => {
    chat.answer = () => undefined;
    const other = await start({ originReadTimeoutMs: 50 });
    const answer = await fetch(`${other.origin}/api/x`);
    expect([answer.status, await answer.json()]).toMatchObject([
      504,
      { message: 'chat-service took too long to answer' },
    ]);
    await other.close();
  });

  it('falls silent in the middle of an answer is cut off', async () => {
    chat.answer = (_request, response) => void response.write('half');
    const other = await start({ originReadTimeoutMs: 50 });
    await expect((await fetch(`${other.origin}/api/x`)).text()).rejects.toThrow();
    await other.close();
  });

  it('closes an idle connection just as a GET uses it is asked again', async () => {
    const sockets: Socket[] = [];
    const flaky = createServer((_request, response) => void response.end('ok')).on('connection', (s) =>
      sockets.push(s),
    );
    await new Promise<void>((resolve) => flaky.listen(0, '127.0.0.1', resolve));
    const other = await startWith(`http://127.0.0.1:${(flaky.address() as AddressInfo).port}`);
    await (await fetch(`${other.origin}/api/x`)).text();
    flaky.removeAllListeners('request');
    let asked = 0;
    flaky.on('request', (request: IncomingMessage, response: ServerResponse) =>
      asked++ === 0 ? request.socket.resetAndDestroy() : response.end('again'),
    );
    expect(await (await fetch(`${other.origin}/api/x`)).text()).toBe('again');
    expect(sockets).toHaveLength(2);
    await other.close();
    flaky.close();
  });
});

describe('what CloudFront refuses', () => {
  const statusOf = async (head: string) => {
    const answer = await rawExchange(edge.port, `${head}\r\nHost: h\r\nConnection: close\r\n\r\n`);
    return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
  };

  it.each([
    ['a URL of 8,192 bytes', `GET /api/${'a'.repeat(8_187)} HTTP/1.1`, 200],
    ['a URL of 8,193 bytes', `GET /api/${'a'.repeat(8_188)} HTTP/1.1`, 414],
    ['headers of 33,000 bytes', `GET /api/x HTTP/1.1\r\nX-Big: ${'b'.repeat(33_000)}`, 494],
    ['a target that is no path', 'GET http://other/api/x HTTP/1.1', 400],
    ['a GET with a body', 'GET /api/x HTTP/1.1\r\nContent-Length: 1', 403],
    ['bytes that are no HTTP', 'hello', 400],
  ])('%s', async (_name, head, status) => {
    expect(await statusOf(head)).toBe(status);
    expect(chat.seen).toHaveLength(status === 200 ? 1 : 0);
  });

  it('more headers than any parser takes', async () => {
    expect(await statusOf(`GET /api/x HTTP/1.1\r\nX-Big: ${'b'.repeat(300_000)}`)).toBe(494);
  });
});

describe('the body-hash rule', () => {
  let strict: Edge;
  beforeAll(async () => void (strict = await start({ requireBodyHash: true })));
  afterAll(() => strict.close());
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const send = (method: string, headers: Record<string, string>, body?: string) =>
    fetch(`${strict.origin}/api/chat`, { method, headers, ...(body === undefined ? {} : { body }) });

  it.each([
    ['without a hash', {}],
    ['with the hash of something else', { 'x-amz-content-sha256': hash('other') }],
    ['with UNSIGNED-PAYLOAD', { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }],
  ])('refuses a POST and a PUT %s before the service sees it', async (_name, headers) => {
    for (const method of ['POST', 'PUT'])
      expect((await send(method, headers as Record<string, string>, 'x')).status).toBe(403);
    expect(chat.seen).toHaveLength(0);
  });

  it('lets a right hash through with body and header, and needs none for other methods', async () => {
    chat.answer = (request, response) => void request.pipe(response);
    const answer = await send('POST', { 'x-amz-content-sha256': hash('{"a":1}') }, '{"a":1}');
    expect([answer.status, await answer.text()]).toEqual([200, '{"a":1}']);
    expect(last(chat)?.headers['x-amz-content-sha256']).toBe(hash('{"a":1}'));
    expect((await send('POST', { 'x-amz-content-sha256': hash('') })).status).toBe(200);
    for (const method of ['GET', 'PATCH', 'DELETE']) expect((await send(method, {})).status).toBe(200);
  });
});

describe('the log', () => {
  it('tells status, service and path, and never the query', async () => {
    const entry = nextLog('/api/logged');
    await (await fetch(`${edge.origin}/api/logged?ticket=secret`)).text();
    expect(await entry).toMatchObject({ method: 'GET', path: '/api/logged', status: 200, service: 'chat-service' });
    expect(JSON.stringify(log)).not.toContain('secret');
  });
});

it('passes on a half-sent request’s end when the edge itself closes', async () => {
  const other = await start();
  const socket = connect(other.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('POST /api/x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhalf');
  const closed = closeOf(socket);
  await other.close();
  await closed;
});
