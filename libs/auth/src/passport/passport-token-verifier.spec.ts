import type { ParleyError } from '@parley/errors';
import { ATTACKS, SPELLINGS, startTestPool, type TestPool } from '../testing';
import { KeySet } from './key-set';
import { PassportTokenVerifier } from './passport-token-verifier';

let pool: TestPool;
let keys: KeySet;
let verifier: PassportTokenVerifier;

beforeAll(async () => {
  pool = await startTestPool();
  keys = new KeySet({ jwksUri: `${pool.issuer}/.well-known/jwks.json` });
  verifier = new PassportTokenVerifier({ issuer: pool.issuer, clientIds: [pool.clientId] }, keys);
  await keys.start();
});
afterAll(async () => {
  keys.stop();
  await pool.close();
});

const now = () => Math.floor(Date.now() / 1_000);
const verdict = async (token: string, of = verifier) => {
  try {
    await of.verify(token);
    return 'accepted';
  } catch (error) {
    return (error as ParleyError).code;
  }
};

describe('a token of the pool', () => {
  it('tells its principal', async () => {
    const token = await pool.mint({ sub: 'u-1', groups: ['admins'], claims: { origin_jti: 'o-1', auth_time: 1_000 } });
    expect(await verifier.verify(token)).toEqual({
      kind: 'user',
      id: 'u-1',
      username: 'u-1',
      groups: ['admins'],
      scopes: ['openid'],
      sessionId: 'o-1',
      signedInAt: 1_000_000,
      clientId: pool.clientId,
      expiresAt: expect.any(Number),
    });
  });

  it('shares its scopes with all tokens of the client, so that no request can add to them', async () => {
    const [one, other] = [await verifier.verify(await pool.mint()), await verifier.verify(await pool.mint())];
    expect(() => (one.scopes as string[]).push('admin')).toThrow(TypeError);
    expect(other.scopes).toEqual(['openid']);
    const talker = await verifier.verify(await pool.mint({ claims: { scope: 'talk' } }));
    expect([talker.scopes, one.scopes]).toEqual([['talk'], ['openid']]);
  });

  it('opens as an ID token only what says so', async () => {
    const token = await pool.mint({ sub: 'u-2', use: 'id' });
    expect(await verdict(token)).toBe('invalid_token');
    expect(await verifier.verify(token, ['access', 'id'])).toMatchObject({ id: 'u-2', clientId: pool.clientId });
  });

  it('as an ID token tells a name that can be shown, and never an e-mail address or one in disguise', async () => {
    const named = async (claims: object) => {
      const token = await pool.mint({ use: 'id', claims: { ...claims, email: 'ann@example.com' } });
      return (await verifier.verify(token, ['id'])).displayName;
    };
    expect(await named({ name: ' Ann Lee ', nickname: 'Annie' })).toBe('Ann Lee');
    expect(await named({ name: '\u202eeeL nnA', nickname: 'Annie' })).toBe('Annie');
    expect(await named({ name: 7, given_name: 'Ann' })).toBe('Ann');
    expect(await named({ name: ' ' })).toBeUndefined();
  });

  it('is accepted within the tolerance of 5 s', async () => {
    expect(await verdict(await pool.mint({ expiresInS: -2 }))).toBe('accepted');
    expect(await verdict(await pool.mint({ issuedAtS: now() + 3 }))).toBe('accepted');
  });

  it.each([
    ['exp', 4.999, 5],
    ['iat', -5, -5.001],
    ['nbf', -5, -5.001],
  ])('has these 5 s at its %s, unless told otherwise, and no moment more', async (claim, last, late) => {
    const at = now();
    const token = await pool.mint({ issuedAtS: at - 60, claims: { [claim]: at } });
    const rules = { issuer: pool.issuer, clientIds: [pool.clientId] };
    const verdictAt = (offsetS: number) =>
      verdict(token, new PassportTokenVerifier(rules, keys, { now: () => (at + offsetS) * 1_000 }));
    expect([await verdictAt(last), await verdictAt(late)]).toEqual(['accepted', 'invalid_token']);
  });

  it('may be issued long ago: only its end ends it', async () => {
    expect(await verdict(await pool.mint({ issuedAtS: now() - 10 * 365 * 86_400 }))).toBe('accepted');
  });

  it.each(['JWT', 'jwt', 'at+jwt', 'application/at+jwt'])('may be of type %s', async (typ) => {
    expect(await verdict(await pool.mint({ header: { typ } }))).toBe('accepted');
  });

  it('as an ID token may not say that it is an access token', async () => {
    const token = await pool.mint({ use: 'id', header: { typ: 'at+jwt' } });
    await expect(verifier.verify(token, ['id'])).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('may hold quotes, colons and braces in its texts', async () => {
    const claims = { note: '"a":{"b":\\"', list: [{ a: '":' }, { a: 1 }] };
    expect(await verdict(await pool.mint({ claims }))).toBe('accepted');
  });

  it('must carry all scopes that are configured; an ID token has none', async () => {
    const rules = { issuer: pool.issuer, clientIds: [pool.clientId], scopes: ['openid', 'talk'] };
    const strict = new PassportTokenVerifier(rules, keys);
    expect(await verdict(await pool.mint(), strict)).toBe('invalid_token');
    expect(await verdict(await pool.mint({ claims: { scope: 'talkative openid' } }), strict)).toBe('invalid_token');
    expect(await verdict(await pool.mint({ claims: { scope: 'talk  openid' } }), strict)).toBe('accepted');
    expect(await strict.verify(await pool.mint({ use: 'id' }), ['id'])).not.toHaveProperty('scopes');
  });
});

describe('refused:', () => {
  it.each([...ATTACKS, ...SPELLINGS].map((attack) => [attack.name, attack] as const))('%s', async (_, attack) => {
    const token = await attack.token(pool);
    const before = pool.keyRequests();
    expect(await verdict(token)).toBe('invalid_token');
    expect(pool.keyRequests()).toBe(before);
  });

  it('something that is no text', async () => {
    for (const value of [undefined, null, 7, {}, ['a.b.c']])
      expect(await verdict(value as never)).toBe('invalid_token');
  });
});

it('asks for no key before everything else was in order', async () => {
  const cold = new KeySet({ jwksUri: `${pool.issuer}/.well-known/jwks.json` });
  const fresh = new PassportTokenVerifier({ issuer: pool.issuer, clientIds: [pool.clientId] }, cold);
  const before = pool.keyRequests();
  for (const attack of [...ATTACKS, ...SPELLINGS])
    if (!attack.needsKey) expect(await verdict(await attack.token(pool), fresh)).toBe('invalid_token');
  expect(pool.keyRequests()).toBe(before);
});

it('says nothing of the token in its error', async () => {
  const token = await pool.mint({ clientId: 'other-client-id' });
  const error = await Promise.resolve(verifier.verify(token)).catch((thrown: unknown) => thrown);
  expect(JSON.stringify((error as ParleyError).facts())).not.toContain('other-client-id');
  expect(String(((error as ParleyError).cause as Error).message)).not.toContain('other-client-id');
});
