import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { keepCredential } from './evidence';
import type { MintOptions, TestPool } from './test-pool';

/** A token that must open nothing. */
export interface Attack {
  name: string;
  token(pool: TestPool): Promise<string> | string;
  /** Only the signature tells: the key is needed. Everything else is refused without a key. */
  needsKey?: true;
}

const nowS = () => Math.floor(Date.now() / 1_000);
const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signed by the pool itself, and still not to be accepted. */
const signed = (name: string, options: () => MintOptions): Attack => ({ name, token: (pool) => pool.mint(options()) });

/** The texts of header and claims, changed before they are signed. */
const raw = (name: string, change: (header: string, claims: string) => [string, string]): Attack => ({
  name,
  token(pool) {
    const { header, claims } = pool.draft();
    return pool.signRaw(...change(JSON.stringify(header), JSON.stringify(claims)));
  },
});

/** A good token whose three parts are changed after it was signed. */
const changed = (name: string, change: (parts: [string, string, string]) => string, needsKey?: true): Attack => ({
  name,
  token: async (pool) => change((await pool.mint()).split('.') as [string, string, string]),
  ...(needsKey ? { needsKey } : {}),
});

/** What is tried is searched for in the logs of a whole run. */
const kept = (attacks: readonly Attack[]): readonly Attack[] =>
  attacks.map((attack) => ({ ...attack, token: async (pool) => keepCredential(await attack.token(pool)) }));

/** Another algorithm in the header, and a signature by whatever it would want. */
const algorithm = (alg: unknown, signature: (input: string, pool: TestPool) => string = () => 'A'.repeat(342)) => ({
  name: `alg ${JSON.stringify(alg)}`,
  token(pool: TestPool) {
    const { header, claims } = pool.draft();
    const input = `${base64url({ ...header, alg })}.${base64url(claims)}`;
    return `${input}.${signature(input, pool)}`;
  },
});

const withName = (json: string, name: string, value: unknown) =>
  `${json.slice(0, -1)},${JSON.stringify(name)}:${JSON.stringify(value)}}`;

const header = (name: string, value: unknown) =>
  signed(`header: ${name} ${JSON.stringify(value)}`, () => ({ header: { [name]: value } }));
const claim = (name: string, value: unknown) =>
  signed(`claim: ${name} ${value === undefined ? 'left out' : JSON.stringify(value)}`, () => ({
    claims: { [name]: value },
  }));

const EVIL = 'https://evil.example/keys';

/**
 * Attacks on a JWT: the list of RFC 8725 (chapters 2 and 3) and what the parsers of our stack are known for. The table of
 * refusals sends each of them over every transport.
 */
export const ATTACKS: readonly Attack[] = kept([
  // RFC 8725 2.1, 3.1: algorithms.
  ...[
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    'RS384',
    'RS512',
    'PS256',
    'ES256',
    'EdDSA',
    'rs256',
    null,
    256,
    ['RS256'],
  ].map((alg) => algorithm(alg)),
  { ...algorithm('none', () => ''), name: 'alg none without a signature' },
  {
    ...algorithm('HS256', (input, pool) => createHmac('sha256', pool.publicPem()).update(input).digest('base64url')),
    name: 'HS256 with the public key as its secret',
  },
  {
    ...algorithm('HS256', (input, pool) =>
      createHmac('sha256', pool.publicPem().trim()).update(input).digest('base64url'),
    ),
    name: 'HS256 with the trimmed public key as its secret',
  },
  // RFC 8725 3.9, 3.10: keys that the token brings or points at.
  header('jku', EVIL),
  header('x5u', EVIL),
  header('jwk', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }),
  header('x5c', ['MIIB']),
  header('x5t', 'abc'),
  header('x5t#S256', 'abc'),
  header('crit', ['exp']),
  header('b64', false),
  header('zip', 'DEF'),
  header('enc', 'A128GCM'),
  header('cty', 'JWT'),
  header('kid', undefined),
  header('kid', ''),
  header('kid', 7),
  header('kid', ['a']),
  header('kid', 'k'.repeat(257)),
  header('typ', 'dpop+jwt'),
  header('typ', 'logout+jwt'),
  header('typ', 7),
  {
    name: 'signed by another key under a known kid',
    needsKey: true,
    token(pool) {
      const draft = pool.draft();
      const input = `${base64url(draft.header)}.${base64url(draft.claims)}`;
      return `${input}.${sign('RSA-SHA256', Buffer.from(input), STRANGER).toString('base64url')}`;
    },
  },
  // RFC 8725 3.8, 3.12: tokens made for something else.
  claim('iss', EVIL),
  claim('iss', undefined),
  claim('iss', ['x']),
  signed('claim: iss with a slash at the end', () => ({ claims: { iss: 'http://127.0.0.1/eu-west-1_Test/' } })),
  claim('client_id', 'other-client'),
  claim('client_id', ['test-client']),
  claim('client_id', undefined),
  signed('claim: aud in place of client_id', () => ({ claims: { client_id: undefined, aud: 'test-client' } })),
  claim('token_use', undefined),
  claim('token_use', 'refresh'),
  claim('token_use', 'toString'),
  claim('token_use', ['access']),
  signed('an ID token where access tokens are wanted', () => ({ use: 'id' })),
  // Times.
  signed('expired', () => ({ expiresInS: -10 })),
  signed('issued in the future', () => ({ issuedAtS: nowS() + 60 })),
  signed('not valid yet', () => ({ claims: { nbf: nowS() + 60 } })),
  claim('exp', undefined),
  claim('exp', '9999999999'),
  claim('exp', null),
  claim('exp', true),
  claim('exp', { valueOf: 9_999_999_999 }),
  claim('exp', Date.now() * 1_000),
  raw('claim: exp beyond every number', (head, claims) => [head, claims.replace(/"exp":\d+/, '"exp":1e999')]),
  claim('iat', undefined),
  claim('iat', '0'),
  claim('iat', -1),
  claim('iat', {}),
  claim('nbf', '0'),
  claim('nbf', null),
  claim('auth_time', 'yesterday'),
  // Claims of another type than they are read as.
  claim('sub', undefined),
  claim('sub', ''),
  claim('sub', ' '),
  claim('sub', 7),
  claim('sub', ['alice']),
  claim('sub', { id: 'alice' }),
  claim('sub', 's'.repeat(257)),
  claim('username', ['alice']),
  claim('cognito:groups', 'admins'),
  claim('cognito:groups', { includes: 'admins' }),
  claim('cognito:groups', [['admins']]),
  claim('scope', ['openid']),
  claim('origin_jti', 7),
  claim('jti', {}),
  // Texts that two readers understand differently.
  raw('a claim twice', (head, claims) => [head, withName(claims, 'sub', 'somebody-else')]),
  raw('a claim twice, once escaped', (head, claims) => [head, `${claims.slice(0, -1)},"\\u0073ub":"somebody-else"}`]),
  raw('a header parameter twice', (head, claims) => [withName(head, 'alg', 'RS256'), claims]),
  raw('a name twice deep inside a claim', (head, claims) => [head, `${claims.slice(0, -1)},"x":[{"a":1,"a":2}]}`]),
  raw('claims with a byte order mark', (head, claims) => [head, `\ufeff${claims}`]),
  raw('claims as a list', (head) => [head, '[]']),
  raw('claims as null', (head) => [head, 'null']),
  raw('claims as text', (head, claims) => [head, JSON.stringify(claims)]),
  raw('claims with a comment', (head, claims) => [head, `${claims}/**/`]),
  raw('claims cut short', (head, claims) => [head, claims.slice(0, -1)]),
  raw('a header that is a list', (_, claims) => ['[]', claims]),
  raw('only a prototype in the claims', (head, claims) => [head, `{"__proto__":${claims}}`]),
  changed('claims in bytes that are not UTF-8', ([head, , signature]) => {
    const bytes = Buffer.from('{"sub":"\xff"}', 'latin1');
    return `${head}.${bytes.toString('base64url')}.${signature}`;
  }),
  changed('stray bits at the end of the signature', ([head, claims, signature]) => {
    const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(signature.at(-1)!);
    const stray = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'[last ^ 1]!;
    return `${head}.${claims}.${signature.slice(0, -1)}${stray}`;
  }),
  // Changed, cut and lengthened after signing.
  changed(
    'a claim changed after signing',
    ([head, claims, signature]) => {
      const told = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
      return `${head}.${base64url({ ...told, sub: 'somebody-else' })}.${signature}`;
    },
    true,
  ),
  changed(
    'a header parameter added after signing',
    ([head, claims, signature]) => {
      const told = JSON.parse(Buffer.from(head, 'base64url').toString()) as object;
      return `${base64url({ ...told, hello: 1 })}.${claims}.${signature}`;
    },
    true,
  ),
  changed('a signature of zeros', ([head, claims]) => `${head}.${claims}.${'A'.repeat(342)}`, true),
  changed('the signature cut by 8', (parts) => parts.join('.').slice(0, -8)),
  changed('the signature cut to nothing', ([head, claims]) => `${head}.${claims}.`),
  changed('no signature at all', ([head, claims]) => `${head}.${claims}`),
  changed('only the header', ([head]) => head),
  changed('a fourth part', (parts) => [...parts, 'AAAA'].join('.')),
  changed('five parts, as an encrypted token has', (parts) => [...parts, 'AAAA', 'AAAA'].join('.')),
  changed('three empty parts', () => '..'),
  changed('a part too many dots', ([head, claims, signature]) => `${head}..${claims}.${signature}`),
  changed('a word', () => 'broken'),
  changed('8,193 bytes', (parts) => parts.join('.').padEnd(8_193, 'A')),
  { name: 'a good token that is too long', token: (pool) => pool.mint({ claims: { pad: 'x'.repeat(8_000) } }) },
]);

/** Texts that only an `Authorization` header or a query can carry: a subprotocol is a token of RFC 9110. */
export const SPELLINGS: readonly Attack[] = kept([
  changed('padded base64url', ([head, claims, signature]) => `${head}.${claims}.${signature}==`),
  changed('base64 of the other alphabet', ([head, claims]) => `${head}.${claims}.${'+/'.repeat(171)}`),
  changed('a space inside', ([head, claims, signature]) => `${head}. ${claims}.${signature}`),
  changed('quotes around it', (parts) => `"${parts.join('.')}"`),
  changed('a second token after a comma', (parts) => `${parts.join('.')}, ${parts.join('.')}`),
  changed('the scheme once more', (parts) => `Bearer ${parts.join('.')}`),
]);

const STRANGER = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
