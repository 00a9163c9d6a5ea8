import { BannedList, memorySessions, type SessionStores } from '@parley/auth';
import { startTestPool, type TestPool } from '@parley/auth/testing';
import { startExample, type Example } from '../testing/example-service';
import { TestSocket } from '../testing/test-socket';

/** Two processes of one service: they share the database and nothing else. */
let pool: TestPool;
let sessions: SessionStores;
let here: Example;
let there: Example;
const listOf = (example: Example) => example.service.app.get(BannedList, { strict: false });

beforeAll(async () => {
  pool = await startTestPool();
  sessions = memorySessions();
  [here, there] = await Promise.all([startExample({ pool, sessions }), startExample({ pool, sessions })]);
});
afterAll(async () => {
  await Promise.all([here.close(), there.close()]);
  await pool.close();
});

const open = async (example: Example, sub: string) => {
  const socket = new TestSocket(`${example.ws}/ws/example`, ['parley.v1', `bearer.${await pool.mint({ sub })}`]);
  await socket.opened();
  return socket;
};
const ask = async (example: Example, sub: string) =>
  fetch(`${example.url}/api/closed`, { headers: { authorization: `Bearer ${await pool.mint({ sub })}` } });
const BANNED = { code: 4403, reason: 'You may no longer take part here' };

it('ends the sockets of a banned principal on every process with 4403, and says why first', async () => {
  const sockets = [await open(here, 'mallory'), await open(there, 'mallory')];
  const other = await open(there, 'alice');
  sockets[0]!.say({ event: 'echo', data: { text: 'hi' }, ref: 'r-1' });
  expect(await sockets[0]!.next()).toMatchObject({ event: 'echoed', ref: 'r-1' });
  await listOf(here).ban('mallory');
  const said = await sockets[0]!.next();
  expect(said).toMatchObject({ event: 'error', data: { code: 'banned', kind: 'denied' } });
  // It answers no frame: whoever waits for the answer to his last one would take it for that.
  expect([said, (said as { data: object }).data].filter((one) => 'ref' in (one as object))).toEqual([]);
  expect(await sockets[0]!.closed).toEqual(BANNED);
  await listOf(there).poll();
  expect(await sockets[1]!.closed).toEqual(BANNED);
  other.say({ event: 'echo', data: { text: 'hi' } });
  expect(await other.next()).toMatchObject({ event: 'echoed' });
  other.socket.close();
  await other.closed;
});

it('refuses his handshakes, routes and refreshes, and admits him again once the ban is lifted', async () => {
  await listOf(there).ban('trudy');
  await listOf(here).poll();
  expect(await (await open(here, 'trudy')).closed).toEqual(BANNED);
  const refused = await ask(here, 'trudy');
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: 'banned' });
  await listOf(there).lift('trudy');
  await listOf(here).poll();
  expect((await ask(here, 'trudy')).status).toBe(200);
});
