import { createHmac, createPublicKey } from 'node:crypto';
import type { ParleyError } from '@parley/errors';
import { startTestPool, type MintOptions, type TestPool } from '../testing';
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
const verdict = async (token: string) => {
  try {
    await verifier.verify(token);
    return 'accepted';
  } catch (error) {
    return (error as ParleyError).code;
  }
};

describe('a token of the pool', () => {
  it('tells its principal', async () => {
    const token = await pool.mint({ sub: 'u-1', groups: ['admins'] });
    expect(await verifier.verify(token)).toMatchObject({
      kind: 'user',
      id: 'u-1',
      username: 'u-1',
      groups: ['admins'],
      clientId: pool.clientId,
    });
  });

  it('opens as an ID token only what says so', async () => {
    const token = await pool.mint({ sub: 'u-2', use: 'id' });
    expect(await verdict(token)).toBe('invalid_token');
    expect(await verifier.verify(token, ['access', 'id'])).toMatchObject({ id: 'u-2', clientId: pool.clientId });
  });

  it('is accepted within the tolerance of 5 s', async () => {
    expect(await verdict(await pool.mint({ expiresInS: -2 }))).toBe('accepted');
    expect(await verdict(await pool.mint({ issuedAtS: now() + 3 }))).toBe('accepted');
  });
});

describe('refused, and without asking for a key:', () => {
  const cases: [string, MintOptions][] = [
    ['expired', { expiresInS: -10 }],
    ['issued in the future', { issuedAtS: now() + 60 }],
    ['not valid yet', { claims: { nbf: now() + 60 } }],
    ['no exp', { claims: { exp: undefined } }],
    ['exp as text', { claims: { exp: String(now() + 60) } }],
    ['no iat', { claims: { iat: undefined } }],
    ['iat as an object', { claims: { iat: {} } }],
    ['nbf as text', { claims: { nbf: '0' } }],
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['issuer as a list', { claims: { iss: ['x'] } }],
    ['another client', { clientId: 'other' }],
    ['client as a list', { claims: { client_id: ['test-client'] } }],
    ['aud in place of client_id', { claims: { client_id: undefined, aud: 'test-client' } }],
    ['no token_use', { claims: { token_use: undefined } }],
    ['a token_use of its own', { claims: { token_use: 'admin' } }],
    ['no sub', { claims: { sub: undefined } }],
    ['sub as a number', { claims: { sub: 7 } }],
    ['a jku header', { header: { jku: 'https://evil.example/keys' } }],
    ['a jwk header', { header: { jwk: { kty: 'RSA' } } }],
    ['an x5u header', { header: { x5u: 'https://evil.example' } }],
    ['no kid', { header: { kid: undefined } }],
    ['kid as a number', { header: { kid: 7 as never } }],
  ];
  it.each(cases)('%s', async (_, options) => {
    const before = pool.keyRequests();
    expect(await verdict(await pool.mint(options))).toBe('invalid_token');
    expect(pool.keyRequests()).toBe(before);
  });

  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const forge = async (header: object, sign: (input: string) => string) => {
    const claims = (await pool.mint()).split('.')[1]!;
    const input = `${encode(header)}.${claims}`;
    return `${input}.${sign(input)}`;
  };
  it.each(['none', 'None', 'HS256', 'RS384', 'ES256', ''])('alg %s', async (alg) => {
    expect(await verdict(await forge({ alg, kid: 'k' }, () => 'AAAA'))).toBe('invalid_token');
  });

  it('HS256 signed with the public key', async () => {
    const jwk = (await (await fetch(`${pool.issuer}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] };
    const pem = createPublicKey({ key: jwk.keys[0] as never, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    }) as string;
    const token = await forge({ alg: 'HS256', kid: jwk.keys[0]!.kid }, (input) =>
      createHmac('sha256', pem).update(input).digest('base64url'),
    );
    expect(await verdict(token)).toBe('invalid_token');
  });

  it.each(['', 'x', 'a.b', 'a.b.c', 'a.b.c.d', '..', `${'a'.repeat(9_000)}.b.c`, 'e30.W10.AA', 'bnVsbA.e30.AA'])(
    'the text "%.20s"',
    async (text) => {
      expect(await verdict(text)).toBe('invalid_token');
    },
  );
});

describe('refused after the signature was checked:', () => {
  it('a claim changed after signing', async () => {
    const [header, claims, signature] = (await pool.mint()).split('.') as [string, string, string];
    const changed = { ...(JSON.parse(Buffer.from(claims, 'base64url').toString()) as object), sub: 'somebody-else' };
    expect(await verdict(`${header}.${Buffer.from(JSON.stringify(changed)).toString('base64url')}.${signature}`)).toBe(
      'invalid_token',
    );
  });

  it('a signature cut short', async () =>
    expect(await verdict((await pool.mint()).slice(0, -8))).toBe('invalid_token'));
});

it('says nothing of the token in its error', async () => {
  const token = await pool.mint({ clientId: 'other-client-id' });
  const error = await verifier.verify(token).catch((thrown: ParleyError) => thrown);
  expect(JSON.stringify((error as ParleyError).facts())).not.toContain('other-client-id');
});
