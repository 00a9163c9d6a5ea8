import { startExample, type Example } from './testing/example-service';
import { TestSocket } from './testing/test-socket';

const CURRENT = 'the-current-value-of-the-edge-secret';
const PREVIOUS = 'the-other-value-during-the-rotation';

let example: Example;
beforeAll(async () => {
  example = await startExample({ config: { ORIGIN_VERIFY_CURRENT: CURRENT, ORIGIN_VERIFY_PREVIOUS: PREVIOUS } });
});
afterAll(() => example.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${example.url}${path}`, { headers });

/** The HTTP status that a handshake is refused with. */
const handshake = (path: string, headers: Record<string, string>) =>
  new Promise<number>((resolve, reject) => {
    const { socket } = new TestSocket(`${example.ws}${path}`, [], { headers });
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode!));
    socket.once('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.once('error', reject);
  });

it('lets in what brings either value, for HTTP and for sockets', async () => {
  for (const value of [CURRENT, PREVIOUS]) {
    expect((await get('/api/open', { 'x-origin-verify': value })).status).toBe(200);
    expect(await handshake('/ws/open', { 'x-origin-verify': value })).toBe(101);
  }
});

it.each([
  ['nothing', {}],
  ['an empty value', { 'x-origin-verify': '' }],
  ['another value of the same length', { 'x-origin-verify': 'X'.repeat(CURRENT.length) }],
  ['both values in one', { 'x-origin-verify': `${CURRENT}, ${PREVIOUS}` }],
  ['the beginning of one', { 'x-origin-verify': CURRENT.slice(0, -1) }],
])('refuses %s with 403 on every path, and completes no handshake', async (_, headers) => {
  const { pool } = example;
  for (const path of ['/api/open', '/api/closed', '/nowhere']) {
    const answer = await get(path, { ...headers, authorization: `Bearer ${await pool.mint()}` });
    expect([answer.status, await answer.json()]).toEqual([
      403,
      expect.objectContaining({ code: 'origin_not_verified' }),
    ]);
  }
  for (const path of ['/ws/open', '/ws/nowhere', '/ws/example']) expect(await handshake(path, headers)).toBe(403);
});

it('leaves health and metrics alone, and counts what it refused', async () => {
  const admin = `http://127.0.0.1:${example.service.adminPort}`;
  expect((await fetch(`${admin}/health/live`)).status).toBe(200);
  const count = async () =>
    Number(/^parley_origin_refused_total (\d+)$/m.exec(await (await fetch(`${admin}/metrics`)).text())?.[1]);
  const before = await count();
  await get('/api/open');
  expect(await count()).toBe(before + 1);
  for (const value of [CURRENT, PREVIOUS]) expect(example.log()).not.toContain(value);
});
