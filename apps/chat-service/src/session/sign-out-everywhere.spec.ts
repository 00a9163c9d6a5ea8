import { randomUUID } from 'node:crypto';
import { Controller, Module } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { createTables, startDynamo } from '@parley/aws-sim';
import { AuthModule, SignedOutList } from '@parley/auth';
import { startTestPool, type TestPool } from '@parley/auth/testing';
import { createDocumentClient, hintOver, Replicas } from '@parley/conversations';
import { RedisServer, type RedisServerOptions } from '@parley/conversations/testing';
import { createLogger, startService } from '@parley/service-kit';
import { LogCapture, TestSocket } from '@parley/service-kit/testing';

const ORIGIN = 'https://app.example.com';
/** So long that no poll happens in these tests: what is known, is known by the hint. */
const NO_POLL_MS = 3_600_000;

let dynamo: Awaited<ReturnType<typeof startDynamo>>;
let pool: TestPool;
beforeAll(async () => {
  [dynamo, pool] = await Promise.all([startDynamo(), startTestPool()]);
  await createTables(dynamo.endpoint, { conversations: 'conversations', sessions: 'sessions' });
});
afterAll(() => Promise.all([dynamo.close(), pool.close()]));

/** One replica as services are composed: Nest, the socket edge, DynamoDB, Valkey. */
async function startReplica(redis: RedisServer) {
  const logs = new LogCapture();
  const logger = createLogger({ name: 'replica', level: 'trace', destination: logs });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = createDocumentClient({ region: 'us-east-1', endpoint: dynamo.endpoint, credentials });
  const replicas = new Replicas(redis.valkey, logger);
  @Controller()
  class Nothing {}
  @WebSocketGateway({ path: '/ws' })
  class Gateway {}
  @Module({
    imports: [
      AuthModule.forRoot({
        issuer: pool.issuer,
        clientIds: [pool.clientId],
        allowedOrigins: [ORIGIN],
        sessions: { client, table: 'sessions' },
        signOutHint: hintOver(replicas.fanOut, 'sign-outs'),
        signOutPollMs: NO_POLL_MS,
      }),
    ],
    controllers: [Nothing],
    providers: [Gateway, { provide: Replicas, useValue: replicas }],
  })
  class ReplicaModule {}
  const config = { PORT: 0, ADMIN_PORT: 0, HOST: '127.0.0.1' };
  const service = await startService({ name: 'replica', module: ReplicaModule, config, logger });
  return {
    logs,
    replicas,
    signedOut: service.app.get(SignedOutList, { strict: false }),
    async connect(session: string) {
      const token = await pool.mint({ sub: 'alice', claims: { origin_jti: session } });
      const socket = new TestSocket(`ws://127.0.0.1:${service.port}/ws`, ['parley.v1', `bearer.${token}`]);
      await socket.opened();
      return socket;
    },
    async close() {
      await service.stop();
      client.destroy();
    },
  };
}

const SIGNED_OUT = { code: 4401, reason: 'Signed out' };
const principal = (sessionId: string) => ({
  kind: 'user' as const,
  id: 'alice',
  sessionId,
  signedInAt: Date.now() - 1_000,
  groups: [],
  clientId: pool.clientId,
  expiresAt: Date.now() + 60_000,
});

it.each<[string, RedisServerOptions]>([
  ['one node', {}],
  ['a cluster with TLS and a password', { cluster: true, secured: true }],
])('a sign-out reaches every socket of every replica at once, over %s', async (_, options) => {
  const redis = await RedisServer.start(options);
  const [here, there] = await Promise.all([startReplica(redis), startReplica(redis)]);
  for (const { logs } of [here, there]) await logs.until(/Valkey: ready/);
  const [session, second] = [randomUUID(), randomUUID()];
  const sockets = [await here.connect(session), await there.connect(session), await there.connect(session)];
  const other = await there.connect(second);
  await here.signedOut.signOut(principal(session));
  for (const socket of sockets) expect(await socket.closed).toEqual(SIGNED_OUT);
  expect(other.socket.readyState).toBe(other.socket.OPEN);

  // What was said while Valkey was away is found when it is back: a gap is a hint too.
  await redis.down();
  await there.logs.until(/the fan-out hears no other process/);
  await here.signedOut.signOut(principal(second));
  await redis.up();
  expect(await other.closed).toEqual(SIGNED_OUT);
  await Promise.all([here.close(), there.close()]);
  expect([here, there].map(({ replicas }) => replicas.valkey?.state)).toEqual(['closed', 'closed']);
  await redis.stop();
});
