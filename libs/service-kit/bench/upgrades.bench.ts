import 'reflect-metadata';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { Module } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { AuthModule, memorySessions } from '@parley/auth';
import { startTestPool, type TestPool } from '@parley/auth/testing';
import { Registry } from 'prom-client';
import { WebSocket, WebSocketServer } from 'ws';
import { authReport } from '../src/auth-report';
import { createLogger } from '../src/logging/logger';
import { startService } from '../src/run-service';

const BATCH = 200;
const AT_ONCE = 20;
const ADDRESS = 'cloudfront-viewer-address';
/** As many as the runner takes, its warm-up too. */
const ROUNDS = 13;

interface Served {
  url: string;
  close(): Promise<void>;
}

/** A service as it is deployed: admitted handshakes are counted and not logged, refused ones are both. */
async function startParley({ issuer, clientId }: TestPool): Promise<Served> {
  const metrics = new Registry();
  const logger = createLogger({
    name: 'bench',
    level: 'info',
    destination: new Writable({ write: (_chunk, _encoding, done) => done() }),
  });
  @WebSocketGateway({ path: '/ws' })
  class Gateway {}
  @Module({
    imports: [
      AuthModule.forRoot({
        issuer,
        clientIds: [clientId],
        allowedOrigins: ['https://app.example.com'],
        addressHeader: ADDRESS,
        sessions: memorySessions(),
        connections: { perPrincipal: BATCH },
        ...authReport(logger, metrics),
      }),
    ],
    providers: [Gateway],
  })
  class BenchModule {}
  const config = { PORT: 0, ADMIN_PORT: 0, HOST: '127.0.0.1' };
  const service = await startService({ name: 'bench', module: BenchModule, config, logger, metrics });
  return { url: `ws://127.0.0.1:${service.port}/ws`, close: () => service.stop() };
}

/** The baseline: a server that admits everybody. */
async function startBare(): Promise<Served> {
  const server = createServer();
  new WebSocketServer({ server, perMessageDeflate: false });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async () => void server.close();
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`, close };
}

/** One handshake to its end, whatever that is. */
function shakeHands(url: string, token: string, address: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, ['parley.v1', `bearer.${token}`], { headers: { [ADDRESS]: address } });
    socket.on('open', () => token !== BROKEN && socket.terminate());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}

const BROKEN = 'not.a.token';

/**
 * What a handshake costs, the client's part included: both run in this thread. In two threads each answer has to wake the
 * other one when it waits, which costs more than what is to be measured.
 */
export default async function bench() {
  const pool = await startTestPool();
  const [bare, parley] = [await startBare(), await startParley(pool)];
  const mintBatch = () => Promise.all(Array.from({ length: BATCH }, () => pool.mint({ groups: ['readers'] })));
  const fresh = await Promise.all(Array.from({ length: ROUNDS }, mintBatch));
  const seen = await mintBatch();
  let round = 0;
  let address = 0;

  const batch = async ({ url }: Served, tokens: readonly string[], addressOf: () => string) => {
    const waiting = [...tokens];
    const visit = async () => {
      for (let token = waiting.pop(); token !== undefined; token = waiting.pop())
        await shakeHands(url, token, addressOf());
    };
    await Promise.all(Array.from({ length: AT_ONCE }, visit));
  };
  const home = () => '10.0.0.1:1';
  const everywhere = () => `10.${((address += 1) >> 16) & 255}.${(address >> 8) & 255}.${address & 255}:1`;
  const broken = Array<string>(BATCH).fill(BROKEN);
  // A service has long been compiled by the time that anybody measures it.
  for (let warm = 0; warm < 20; warm += 1) {
    for (const tokens of [seen, broken]) await batch(parley, tokens, everywhere);
    for (const server of [bare, parley]) await batch(server, await mintBatch(), home);
  }

  return {
    tables: [
      {
        title: 'A handshake that is admitted',
        what: 'handshake',
        baseline: 'bare ws',
        batch: BATCH,
        contenders: {
          'bare ws': () => batch(bare, seen, home),
          'parley, token seen before': () => batch(parley, seen, home),
          'parley, new token': () => batch(parley, fresh[round++]!, home),
        },
        wanted: [
          { contender: 'parley, token seen before', against: 'bare ws', atMost: 1 / 0.9 },
          { contender: 'parley, new token', against: 'bare ws', atMost: 1 / 0.7 },
        ],
      },
      {
        title: 'A handshake that is refused',
        what: 'refusal',
        baseline: 'parley, admitted',
        batch: BATCH,
        contenders: {
          'parley, admitted': () => batch(parley, seen, home),
          'told why (1008), each from an address of its own': () => batch(parley, broken, everywhere),
          'above the limit (429), all from one address': () => batch(parley, broken, () => '10.255.0.1:1'),
        },
      },
    ],
    async close() {
      await Promise.all([bare.close(), parley.close()]);
      await pool.close();
    },
  };
}
