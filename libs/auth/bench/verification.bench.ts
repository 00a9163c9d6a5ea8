import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import jwt from 'jsonwebtoken';
import { CachingTokenVerifier } from '../src/domain/caching-token-verifier';
import { KeySet } from '../src/passport/key-set';
import { PassportTokenVerifier } from '../src/passport/passport-token-verifier';
import { startTestPool } from '../src/testing/test-pool';

/** aws-jwt-verify believes issuers of Cognito's own form alone. */
const [REGION, POOL] = ['eu-west-1', 'eu-west-1_Bench'];
const ISSUER = `https://cognito-idp.${REGION}.amazonaws.com/${POOL}`;
const BATCH = 200;
/** As many as the runner takes, its warm-up too. */
const ROUNDS = 13;
const WARM_UP = 20_000;

/** Who checks a token how fast, all with keys that are there already. */
export default async function bench() {
  const pool = await startTestPool();
  const rules = { issuer: ISSUER, clientIds: [pool.clientId] };
  const keys = new KeySet({ jwksUri: `${pool.issuer}/.well-known/jwks.json` });
  await keys.start();
  const jwks = (await (await fetch(`${pool.issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
  const publicKey = createPublicKey({ key: jwks.keys[0] as never, format: 'jwk' });

  const engine = new PassportTokenVerifier(rules, keys);
  const newCache = () => new CachingTokenVerifier(engine, () => keys.trust);
  const caching = newCache();
  const cognito = CognitoJwtVerifier.create({ userPoolId: POOL, tokenUse: 'access', clientId: pool.clientId });
  cognito.cacheJwks(jwks as never);
  const joseKeys = createLocalJWKSet(jwks);

  // Joined text is put together at its first reading; a token from the network is one piece.
  const mint = async () => Buffer.from(await pool.mint({ groups: ['readers'], claims: { iss: ISSUER } })).toString();
  const mintBatch = () => Promise.all(Array.from({ length: BATCH }, mint));
  const batches = await Promise.all(Array.from({ length: ROUNDS }, mintBatch));
  const tokens = await mintBatch();

  const others = {
    'aws-jwt-verify': (token: string) => cognito.verifySync(token),
    jose: (token: string) => jwtVerify(token, joseKeys, { issuer: ISSUER, algorithms: ['RS256'] }),
    jsonwebtoken: (token: string) => jwt.verify(token, publicKey, { issuer: ISSUER, algorithms: ['RS256'] }),
    'node:crypto': (token: string) => checkSignature(token, publicKey),
  };
  // A service has long been compiled by the time that anybody measures it; ours with a token that its cache does not know.
  for (let count = 0, cache = caching; count < WARM_UP; count += 1) {
    if (count % BATCH === 0) cache = newCache();
    await cache.verify(tokens[count % BATCH]!);
  }
  for (const check of Object.values(others))
    for (let count = 0; count < WARM_UP; count += 1) await check(tokens[count % BATCH]!);

  /** Each round has tokens of its own, the same for all contenders. */
  const firstTime = (check: (token: string) => unknown) => {
    let round = 0;
    return async () => {
      for (const token of batches[round++]!) await check(token);
    };
  };
  const repeated = (check: (token: string) => unknown, times: number) => async () => {
    const before = process.cpuUsage();
    for (let again = 0; again < times; again += 1) for (const token of tokens) await check(token);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / times;
  };
  const map = <T, U>(of: Record<string, T>, to: (value: T) => U) =>
    Object.fromEntries(Object.entries(of).map(([name, value]) => [name, to(value)] as const));
  return {
    tables: [
      {
        title: 'A token that is seen for the first time',
        what: 'verification',
        baseline: 'aws-jwt-verify',
        batch: BATCH,
        contenders: map({ parley: (token: string) => caching.verify(token), ...others }, firstTime),
        wanted: [{ contender: 'parley', against: 'aws-jwt-verify', atMost: 0.7 }],
      },
      {
        title: 'A token that was seen before',
        what: 'verification',
        baseline: 'aws-jwt-verify',
        batch: BATCH,
        contenders: {
          // Many times: once would be shorter than the clock of processor time can tell.
          parley: repeated((token) => caching.verify(token), 50),
          ...map(others, (check) => repeated(check, 1)),
        },
        wanted: [{ contender: 'parley', against: 'aws-jwt-verify', atMost: 0.05 }],
      },
    ],
    async close() {
      keys.stop();
      await pool.close();
    },
  };
}

/** The least that can be done: the signature, and nothing that is said. */
function checkSignature(token: string, key: KeyObject): void {
  const dot = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(dot + 1), 'base64url');
  if (!verify('RSA-SHA256', Buffer.from(token.slice(0, dot)), key, signature)) throw new Error('not signed');
}
