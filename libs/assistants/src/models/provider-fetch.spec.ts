import { getEventListeners, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { providerFetch } from './provider-fetch';

let reply: (response: ServerResponse, request: IncomingMessage) => void;
let sockets: Socket[];
const server = createServer((request, response) => {
  sockets.push(request.socket);
  reply(response, request);
});
let url: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => (sockets = []));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const post = (more: RequestInit = {}) =>
  providerFetch(`${url}/model?x=1`, { method: 'POST', headers: { 'x-a': 'b' }, body: '{"ü":1}', ...more });

it('sends a text with its headers and length, and gives status, headers and body', async () => {
  reply = (response, { method, url: path, headers }) => {
    const { 'x-a': a, 'content-length': length } = headers;
    response.setHeader('set-cookie', ['a=1', 'b=2']).writeHead(429, 'Slow down', { 'retry-after': '7' });
    response.end(JSON.stringify([method, path, a, length]));
  };
  const response = await post();
  expect([response.status, response.ok, response.statusText]).toEqual([429, false, 'Slow down']);
  expect(response.headers.get('retry-after')).toBe('7');
  expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(await response.json()).toEqual(['POST', '/model?x=1', 'b', '8']);
});

it('gives each piece as it comes, and asks again over the same connection', async () => {
  for (let round = 0; round < 2; round += 1) {
    let rest = () => undefined as void;
    reply = (response) => {
      response.write('one');
      rest = () => void response.end('two');
    };
    const reader = (await post()).body!.getReader();
    expect(String(Buffer.from((await reader.read()).value!))).toBe('one');
    rest();
    expect(String(Buffer.from((await reader.read()).value!))).toBe('two');
    expect((await reader.read()).done).toBe(true);
  }
  expect(sockets[0]).toBe(sockets[1]);
});

it('a connection that cannot be made fails as one of fetch does, so that the providers’ packages ask again', async () => {
  const failing = providerFetch('http://127.0.0.1:1/', { method: 'POST', body: '{}' });
  await expect(failing).rejects.toMatchObject({ name: 'TypeError', message: 'fetch failed' });
  await expect(failing).rejects.toHaveProperty('cause.code', 'ECONNREFUSED');
});

it('a connection that breaks in the middle is an error after what came, not an end', async () => {
  reply = (response) => response.write('half', () => response.socket?.resetAndDestroy());
  const reader = (await post()).body!.getReader();
  expect(String(Buffer.from((await reader.read()).value!))).toBe('half');
  await expect(reader.read()).rejects.toThrow('terminated');
});

it.each([
  ['before the answer', false],
  ['in the middle of it', true],
])('an abort %s ends the request', async (_, begins) => {
  const abort = new AbortController();
  const arrived = Promise.withResolvers<ServerResponse>();
  reply = (response) => {
    if (begins) response.write('half');
    arrived.resolve(response);
  };
  const asking = post({ signal: abort.signal });
  const response = await arrived.promise;
  const closed = once(response, 'close');
  const reading = begins ? (await asking).text() : asking;
  abort.abort();
  await expect(reading).rejects.toThrow();
  await closed;
});

it('an abort is told by its reason, before the request and after it, and one that is over is not listened for', async () => {
  reply = (response) => response.end('all');
  const abort = new AbortController();
  await (await post({ signal: abort.signal })).text();
  await new Promise((resolve) => setImmediate(resolve));
  expect(getEventListeners(abort.signal, 'abort')).toEqual([]);

  reply = () => abort.abort(new Error('enough'));
  await expect(post({ signal: abort.signal })).rejects.toThrow('enough');
  const { length } = sockets;
  await expect(post({ signal: abort.signal })).rejects.toThrow('enough');
  expect(sockets).toHaveLength(length);
});

it('a reader who leaves lets the provider go', async () => {
  const arrived = Promise.withResolvers<ServerResponse>();
  reply = (response) => {
    response.write('half');
    arrived.resolve(response);
  };
  const { body } = await post();
  const closed = once(await arrived.promise, 'close');
  await body!.cancel();
  await closed;
});

it('what moved elsewhere is followed as Node’s fetch does', async () => {
  reply = (response, request) => {
    if (request.url === '/there') response.end('here');
    else response.writeHead(307, { location: '/there' }).end();
  };
  expect(await (await post()).text()).toBe('here');
});
