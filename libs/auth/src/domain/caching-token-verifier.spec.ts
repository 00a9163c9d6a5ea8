import { ParleyError } from '@parley/errors';
import { startTestPool, type TestPool } from '../testing';
import { CachingTokenVerifier } from './caching-token-verifier';
import type { Principal } from './principal';

let pool: TestPool;
let trust: number | undefined;
let nowMs: number;
let asked: number;
let cache: CachingTokenVerifier;

beforeAll(async () => void (pool = await startTestPool()));
afterAll(() => pool.close());
beforeEach(() => {
  trust = 0;
  nowMs = Date.now();
  asked = 0;
  const principal = (): Principal => ({
    kind: 'user',
    id: 'u',
    groups: ['a'],
    clientId: 'c',
    expiresAt: nowMs + 60_000,
  });
  const inner = {
    async verify(token: string, uses: readonly string[] = ['access']) {
      asked += 1;
      if (token === 'broken' || uses[0] === 'id') throw new ParleyError('invalid_token');
      return principal();
    },
  };
  cache = new CachingTokenVerifier(inner, () => trust, { max: 3, now: () => nowMs });
});

it('asks once for a token that is seen again', async () => {
  const token = await pool.mint();
  expect(await cache.verify(token)).toBe(await cache.verify(token));
  expect(asked).toBe(1);
});

it('never serves a token past its end', async () => {
  const token = await pool.mint();
  await cache.verify(token);
  nowMs += 59_999;
  await cache.verify(token);
  expect(asked).toBe(1);
  nowMs += 1;
  await cache.verify(token);
  expect(asked).toBe(2);
});

it.each([
  ['was withdrawn', 1],
  ['is too old', undefined],
])('forgets the tokens of a key that %s', async (_, next) => {
  const token = await pool.mint();
  await cache.verify(token);
  trust = next;
  await cache.verify(token);
  expect(asked).toBe(2);
});

it('does not remember what was verified while a key was withdrawn', async () => {
  const token = await pool.mint();
  const verifying = cache.verify(token);
  trust = 1;
  await verifying;
  await cache.verify(token);
  expect(asked).toBe(2);
});

it('does not let a token that was seen as one kind pass as another', async () => {
  const token = await pool.mint();
  await cache.verify(token);
  await expect(cache.verify(token, ['id'])).rejects.toMatchObject({ code: 'invalid_token' });
});

it('remembers no refusal', async () => {
  for (const _ of [1, 2]) await expect(cache.verify('broken')).rejects.toThrow();
  expect([asked, cache.size]).toEqual([2, 0]);
});

it('keeps at most so many, and drops the one that was not used for longest', async () => {
  const [a, b, c, d] = (await Promise.all([1, 2, 3, 4].map(() => pool.mint()))) as [string, string, string, string];
  for (const token of [a, b, c, a, d]) await cache.verify(token);
  expect([cache.size, asked]).toEqual([3, 4]);
  await cache.verify(a);
  expect(asked).toBe(4);
  await cache.verify(b);
  expect(asked).toBe(5);
});

it('hands out principals that no request can change for another', async () => {
  const principal = await cache.verify(await pool.mint());
  expect(() => (principal.groups as string[]).push('admins')).toThrow(TypeError);
  expect(() => Object.assign(principal, { id: 'other' })).toThrow(TypeError);
});

it('keeps no token in memory', async () => {
  const token = await pool.mint();
  await cache.verify(token);
  const kept = JSON.stringify([...(cache as unknown as { verified: Map<string, unknown> }).verified]);
  for (const part of token.split('.')) expect(kept).not.toContain(part);
});
