import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { SignJWT, exportJWK, generateKeyPair, type JWK } from 'jose';

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

/** A user pool for tests: a real key server on loopback, and tokens as Cognito makes them. */
export interface TestPool {
  issuer: string;
  clientId: string;
  mint(options?: MintOptions): Promise<string>;
  /** Answers of the key service from now on: keys, an outage, nothing at all for a while, or a body of your own. */
  answerKeysWith(
    answer: 'keys' | 'outage' | 'silence' | { status?: number; body: string; headers?: Record<string, string> },
  ): void;
  /** How often the keys were asked for. */
  keyRequests(): number;
  /** A new signing key; the old one stays published when `keep` is true. */
  rotate(keep?: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Starts a pool on a free port of loopback. Close it in `afterAll`. */
export async function startTestPool(): Promise<TestPool> {
  let requests = 0;
  let answer: Parameters<TestPool['answerKeysWith']>[0] = 'keys';
  let signing = await newKey();
  let published: JWK[] = [signing.jwk];
  const server: Server = createServer((_request, response) => {
    requests += 1;
    if (answer === 'silence') return;
    if (answer === 'outage') return void response.writeHead(503).end();
    if (answer === 'keys')
      return void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ keys: published }));
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/eu-west-1_Test`;
  const clientId = 'test-client';

  return {
    issuer,
    clientId,
    async mint({
      sub = randomUUID(),
      use = 'access',
      groups,
      expiresInS = 3_600,
      issuedAtS,
      claims,
      header,
      ...options
    } = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const client = options.clientId ?? clientId;
      const own =
        use === 'id'
          ? { aud: client, 'cognito:username': sub, email: 'someone@example.com' }
          : { client_id: client, username: sub, scope: 'openid', version: 2 };
      const payload = {
        sub,
        iss: issuer,
        token_use: use,
        ...own,
        ...(groups ? { 'cognito:groups': groups } : {}),
        jti: randomUUID(),
        iat: issuedAtS ?? now,
        exp: now + expiresInS,
        ...claims,
      };
      return new SignJWT(JSON.parse(JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'RS256', kid: signing.kid, ...header })
        .sign(signing.privateKey);
    },
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

async function newKey() {
  const kid = randomUUID();
  const { publicKey, privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' } };
}
