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
  keys = new KeySet({ jwksUri: `${pool.issuer}/.well-known/jwks.json`, now: () => nowMs });
  verifier = new PassportTokenVerifier({ issuer: pool.issuer, clientIds: [pool.clientId] }, keys);
});
afterEach(async () => {
  keys.stop();
  await pool.close();
});

const verdict = async (token: string) => {
  try {
    await verifier.verify(token);
    return 'accepted';
  } catch (error) {
    return (error as ParleyError).code;
  }
};

it('asks once for many waiters', async () => {
  const token = await pool.mint();
  expect(new Set(await Promise.all(Array.from({ length: 50 }, () => verdict(token))))).toEqual(new Set(['accepted']));
  expect(pool.keyRequests()).toBe(1);
});

it.each([
  ['answers 503', 'outage'],
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

it('is unavailable, never invalid, when the key service does not answer in time, which is 3 s', async () => {
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const told = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(20));
  pool.answerKeysWith('silence');
  expect(await verdict(await pool.mint())).toBe('signing_keys_unavailable');
  expect(told.mock.calls).toEqual([[3_000]]);
  told.mockRestore();
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

it('lets no flood of invented key ids keep a new key of the pool out', async () => {
  await keys.start();
  await pool.rotate();
  const valid = await pool.mint();
  const flood = await Promise.all(Array.from({ length: 200 }, (_, n) => pool.mint({ header: { kid: `flood-${n}` } })));
  // Within the cooldown of the last read: nobody is refused for good, nobody is asked.
  const before = pool.keyRequests();
  await Promise.all(flood.map(verdict));
  expect(await verdict(valid)).toBe('signing_keys_unavailable');
  expect(pool.keyRequests()).toBe(before);
  // The flood is first again when it ends: what its fetch brings is everybody's.
  nowMs += 5_000;
  const flooding = Promise.all(flood.map(verdict));
  expect([await verdict(valid), pool.keyRequests() - before]).toEqual(['accepted', 1]);
  await flooding;
});

it('refuses for good only what a fetch of its own did not bring: the answer on its way may be older than the key', async () => {
  const [first, second] = await Promise.all(['a', 'b'].map((kid) => pool.mint({ header: { kid } })));
  expect(await Promise.all([verdict(first!), verdict(second!)])).toEqual(['invalid_token', 'signing_keys_unavailable']);
});

it('keeps the very same key object through a refresh, so that what was verified with it stays known', async () => {
  const kid = pool.draft().header['kid'] as string;
  await keys.start();
  const before = [keys.trusted(kid), keys.trust];
  await pool.rotate();
  await keys.start();
  expect([keys.trusted(kid), keys.trust]).toEqual(before);
  expect(keys.trusted(kid)).toBe(before[0]);
});

it('tells that a key was withdrawn, replaced by another of its kid, or is too old', async () => {
  const trusts = [keys.trust];
  const read = async () => {
    await keys.start();
    trusts.push(keys.trust);
  };
  await read();
  await pool.rotate(false);
  await read();
  const { kid } = pool.draft().header;
  await pool.rotate();
  const { keys: published } = (await (await fetch(`${pool.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
  pool.answerKeysWith({ body: JSON.stringify({ keys: published.map((jwk) => ({ ...jwk, kid })).slice(-1) }) });
  await read();
  nowMs += 86_400_001;
  expect([...trusts, keys.trust]).toEqual([undefined, 0, 1, 2, undefined]);
});

it('takes in no key of 1024 bits, of another use or algorithm, and no nonsense', async () => {
  const good = pool.draft().header['kid'];
  const published = (await (await fetch(`${pool.issuer}/jwks`)).json()) as { keys: { n: string; kid: string }[] };
  const jwk = published.keys[0]!;
  const odd = [
    { ...jwk, kid: 'short', n: Buffer.concat([Buffer.alloc(200), Buffer.alloc(128, 0xff)]).toString('base64url') },
    { ...jwk, kid: 'enc', use: 'enc' },
    { ...jwk, kid: 'rs512', alg: 'RS512' },
    { ...jwk, kid: 7 },
    null,
    'key',
  ];
  pool.answerKeysWith({ body: JSON.stringify({ keys: [...odd, jwk] }) });
  await keys.start();
  expect(keys.snapshot).toMatchObject({ state: 'fresh', keys: 1 });
  expect(keys.trusted(good as string)).toBeDefined();
});

it('tells of every fetch, and refreshes up to a fifth early so that many processes do not ask together', async () => {
  const told: string[] = [];
  const scheduled = jest.spyOn(globalThis, 'setTimeout');
  const told20 = new KeySet({
    jwksUri: `${pool.issuer}/.well-known/jwks.json`,
    random: () => 1,
    onFetch: ({ outcome }) => void told.push(outcome),
  });
  await told20.start();
  expect(scheduled.mock.calls.map(([, ms]) => ms)).toContain(480_000);
  pool.answerKeysWith('outage');
  await told20.start();
  expect(told).toEqual(['read', 'failed']);
  told20.stop();
  scheduled.mockRestore();
});
