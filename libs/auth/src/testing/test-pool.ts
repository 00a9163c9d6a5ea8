import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair, randomUUID, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { keepCredential } from './evidence';

/** What a minted token should say; the rest is what Cognito would say. */
export interface MintOptions {
  sub?: string;
  use?: 'access' | 'id';
  groups?: string[];
  clientId?: string;
  expiresInS?: number;
  issuedAtS?: number;
  /** Added last: overrides anything, `undefined` leaves a claim out. */
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

/** What the key service answers. */
export type KeyAnswer =
  'keys' | 'outage' | 'silence' | { status?: number; body: string; headers?: Record<string, string> };

/** A user pool for tests: a real key server on loopback, and tokens as Cognito makes them. */
export interface TestPool {
  issuer: string;
  clientId: string;
  mint(options?: MintOptions): Promise<string>;
  /** Header and claims as `mint` would sign them. */
  draft(options?: MintOptions): { header: Record<string, unknown>; claims: Record<string, unknown> };
  /** Signs any two texts with the pool's key (RS256): what no pool does, and a forger would like to. */
  signRaw(header: string, claims: string): string;
  /** The public key, which anybody has. */
  publicPem(): string;
  /** Answers of the key service from now on: keys, an outage, nothing at all for a while, or a body of your own. */
  answerKeysWith(answer: KeyAnswer): void;
  /** How often the keys were asked for. */
  keyRequests(): number;
  /** A new signing key; the old one stays published when `keep` is true. */
  rotate(keep?: boolean): Promise<void>;
  close(): Promise<void>;
}

interface SigningKey {
  kid: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  jwk: object;
}

/** Starts a pool on a free port of loopback. Close it in `afterAll`. */
export async function startTestPool(): Promise<TestPool> {
  let requests = 0;
  let answer: KeyAnswer = 'keys';
  let signing = await newKey();
  let published: object[] = [signing.jwk];
  const server: Server = createServer((_request, response) => {
    requests += 1;
    if (answer === 'silence') return;
    if (answer === 'outage') return void response.writeHead(503).end();
    const { status = 200, body, headers = {} } = answer === 'keys' ? keySetAnswer(published) : answer;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/eu-west-1_Test`;
  const clientId = 'test-client';

  const draft = ({ header, claims, ...options }: MintOptions = {}) => ({
    header: { alg: 'RS256', kid: signing.kid, ...header },
    claims: { ...ordinaryClaims(options, issuer, clientId), ...claims },
  });
  const signRaw = (header: string, claims: string) => {
    const input = `${base64url(header)}.${base64url(claims)}`;
    const signature = sign('RSA-SHA256', Buffer.from(input), signing.privateKey).toString('base64url');
    return keepCredential(`${input}.${signature}`);
  };
  return {
    issuer,
    clientId,
    draft,
    signRaw,
    async mint(options) {
      const { header, claims } = draft(options);
      return signRaw(JSON.stringify(header), JSON.stringify(claims));
    },
    publicPem: () => signing.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    answerKeysWith: (next) => void (answer = next),
    keyRequests: () => requests,
    async rotate(keep = true) {
      signing = await newKey();
      published = keep ? [...published, signing.jwk] : [signing.jwk];
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function ordinaryClaims(options: MintOptions, iss: string, poolClient: string) {
  const { sub = randomUUID(), use = 'access', groups, clientId = poolClient, expiresInS = 3_600, issuedAtS } = options;
  const now = Math.floor(Date.now() / 1_000);
  const own =
    use === 'id'
      ? { aud: clientId, 'cognito:username': sub, email: 'someone@example.com' }
      : { client_id: clientId, username: sub, scope: 'openid', version: 2 };
  return {
    sub,
    iss,
    token_use: use,
    ...own,
    ...(groups ? { 'cognito:groups': groups } : {}),
    origin_jti: randomUUID(),
    jti: randomUUID(),
    auth_time: issuedAtS ?? now,
    iat: issuedAtS ?? now,
    exp: now + expiresInS,
  };
}

const base64url = (text: string) => Buffer.from(text).toString('base64url');
const keySetAnswer = (keys: object[]) => ({
  status: 200,
  body: JSON.stringify({ keys }),
  headers: { 'content-type': 'application/json' },
});

async function newKey(): Promise<SigningKey> {
  const kid = randomUUID();
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2_048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
  return { kid, publicKey, privateKey, jwk };
}
