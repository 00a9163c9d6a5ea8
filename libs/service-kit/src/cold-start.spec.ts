import { KeySet } from '@parley/auth';
import { startTestPool } from '@parley/auth/testing';
import { startExample } from './testing/example-service';
import { TestSocket } from './testing/test-socket';

it('a service that starts while the keys cannot be read lives, is not ready, signs nobody out, and is ready once they can be', async () => {
  const pool = await startTestPool();
  const token = await pool.mint();
  pool.answerKeysWith('outage');
  const example = await startExample({ pool });
  const health = async (of: string) =>
    (await fetch(`http://127.0.0.1:${example.service.adminPort}/health/${of}`)).status;
  const ask = () => fetch(`${example.url}/api/closed`, { headers: { authorization: `Bearer ${token}` } });

  expect([await health('live'), await health('ready')]).toEqual([200, 503]);
  const refused = await ask();
  expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([503, expect.any(Number)]);
  expect(await refused.json()).toMatchObject({ code: 'signing_keys_unavailable', kind: 'unavailable' });
  const socket = new TestSocket(`${example.ws}/ws/example`, ['parley.v1', `bearer.${token}`]);
  expect(await socket.next()).toMatchObject({ event: 'error', data: { code: 'signing_keys_unavailable' } });
  expect((await socket.closed).code).toBe(1013);

  pool.answerKeysWith('keys');
  // What its timer does, five seconds after each failure.
  await example.service.app.get(KeySet, { strict: false }).start();
  expect([await health('ready'), (await ask()).status]).toEqual([200, 200]);
  await example.close();
  await pool.close();
});
