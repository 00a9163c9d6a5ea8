import type { ParleyError } from '@parley/errors';
import { startTestPool, type TestPool } from '../testing';
import { KeySet } from './key-set';
import { PassportTokenVerifier } from './passport-token-verifier';

let pool: TestPool;
let nowMs: number;
let keys: KeySet;
let verifier: PassportTokenVerifier;

beforeEach(async () => {
  pool = await startTestPool();
  nowMs = Date.now();
  keys = new KeySet({ jwksUri: `${pool.issuer}/.well-known/jwks.json`, now: () => nowMs, timeoutMs: 100 });
  verifier = new PassportTokenVerifier({ issuer: pool.issuer, clientIds: [pool.clientId] }, keys);
});
afterEach(async () => {
  keys.stop();
  await pool.close();
});

const verdict = async (token: string) =>
  verifier.verify(token).then(
    () => 'accepted',
    (error: ParleyError) => error.code,
  );

it('asks once for many waiters', async () => {
  const token = await pool.mint();
  expect(new Set(await Promise.all(Array.from({ length: 50 }, () => verdict(token))))).toEqual(new Set(['accepted']));
  expect(pool.keyRequests()).toBe(1);
});

it.each([
  ['answers 503', 'outage'],
  ['does not answer', 'silence'],
  ['answers no JSON', { body: '<html>' }],
  ['answers an empty set', { body: '{"keys":[]}' }],
  ['answers something else', { body: '{"hello":1}' }],
  ['answers 65 KB', { body: JSON.stringify({ keys: [], pad: 'x'.repeat(65 << 10) }) }],
  ['redirects', { status: 302, body: '', headers: { location: '/elsewhere' } }],
] as const)('is unavailable, never invalid, when the key service %s', async (_, answer) => {
  const token = await pool.mint();
  pool.answerKeysWith(answer);
  expect(await verdict(token)).toBe('signing_keys_unavailable');
  expect(keys.state).toBe('empty');
});

it('recovers by itself after a cold start without keys', async () => {
  const token = await pool.mint();
  pool.answerKeysWith('outage');
  await keys.start();
  expect(await verdict(token)).toBe('signing_keys_unavailable');
  pool.answerKeysWith('keys');
  nowMs += 5_000;
  expect(await verdict(token)).toBe('accepted');
  expect(keys.state).toBe('fresh');
});

it('keeps the last known keys through an outage, for a day', async () => {
  const token = await pool.mint({ expiresInS: 200_000 });
  await keys.start();
  pool.answerKeysWith('outage');
  await keys.start();
  expect(keys.state).toBe('stale');
  expect(await verdict(token)).toBe('accepted');
  nowMs += 86_400_001;
  expect(await verdict(token)).toBe('signing_keys_unavailable');
});

it('accepts tokens of a new key and of the old one while both are published', async () => {
  const old = await pool.mint();
  expect(await verdict(old)).toBe('accepted');
  await pool.rotate();
  nowMs += 5_000;
  expect(await verdict(await pool.mint())).toBe('accepted');
  expect(await verdict(old)).toBe('accepted');
});

it('forgets a withdrawn key at the next refresh', async () => {
  const old = await pool.mint();
  await keys.start();
  await pool.rotate(false);
  await keys.start();
  nowMs += 5_000;
  expect(await verdict(old)).toBe('invalid_token');
});

it('asks at most once per cooldown for unknown key ids, and calls the rest unavailable', async () => {
  await keys.start();
  nowMs += 5_000;
  const unknown = await Promise.all(
    Array.from({ length: 20 }, (_, n) => pool.mint({ header: { kid: `unknown-${n}` } })),
  );
  const before = pool.keyRequests();
  expect(await verdict(unknown[0]!)).toBe('invalid_token');
  for (const token of unknown.slice(1)) expect(await verdict(token)).toBe('signing_keys_unavailable');
  expect(pool.keyRequests() - before).toBe(1);
});
