import 'reflect-metadata';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { Module } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { AuthModule, Public, memorySessions } from '@parley/auth';
import { startTestPool } from '@parley/auth/testing';
import { MemoryFanOut, entryFrame, topicOf, writeSignal } from '@parley/conversations';
import type { Entry } from '@parley/protocol';
import { createLogger, sharedFrame, startService, type Connection } from '@parley/service-kit';
import { WebSocket, WebSocketServer } from 'ws';
import { OpenRooms } from '../src/rooms/open-rooms';
import { ConnectionListener } from '../src/transport/connection-listener';

const MEMBERS = 1_000;
const ID = 'a-room-of-a-thousand';

const message = (seq: number): Entry => ({
  type: 'message',
  id: `message-${seq}`,
  seq,
  conversationId: ID,
  role: 'user',
  author: { kind: 'user', id: 'alice', name: 'Alice' },
  parts: [{ type: 'text', text: 'How about lunch at noon, at the place around the corner?' }],
  createdAt: '2026-01-01T00:00:00.000Z',
});

/** The members, in a thread of their own: what reading costs them is not what is measured. Says when all have read so many. */
async function readAlong(): Promise<void> {
  const counters = new Int32Array(workerData.counters as SharedArrayBuffer);
  for (const [index, url] of (workerData.urls as string[]).entries()) {
    for (let n = 0; n < MEMBERS; n += 1) {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      socket.on('message', () => {
        Atomics.add(counters, index, 1);
        Atomics.notify(counters, index);
      });
      await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    }
  }
  parentPort!.postMessage('all there');
}

/** The room of one replica behind the socket edge as it is deployed; only the sign-in is left out. */
async function startRoom() {
  const pool = await startTestPool();
  const logger = createLogger({
    name: 'bench',
    level: 'info',
    destination: new Writable({ write: (_chunk, _encoding, done) => done() }),
  });
  const fanOut = new MemoryFanOut();
  const present = new Set<string>();
  const log = {
    states: async () => new Map(),
    hearers: async () => present,
    entriesAfter: async () => [],
  };
  const rooms = new OpenRooms({ log, fanOut, frameOf: sharedFrame, report: () => undefined });
  @WebSocketGateway({ path: '/ws' })
  @Public()
  class Gateway {
    handleConnection(connection: Connection) {
      const author = { kind: 'user', id: connection.id, name: 'Somebody' } as const;
      present.add(connection.id);
      // Every tenth blocks somebody, who is not the one who speaks: each message is taken apart to see that.
      const blocked = present.size % 10 === 0 ? new Set(['somebody else']) : new Set<string>();
      const blockList = { blocked, ready: Promise.resolve(), release: () => undefined };
      const listener = new ConnectionListener(connection, author, '', blockList);
      void rooms.enter(ID, listener, async () => ({ head: 0, isReached: true }));
    }
  }
  @Module({
    imports: [
      AuthModule.forRoot({
        issuer: pool.issuer,
        clientIds: [pool.clientId],
        allowedOrigins: ['https://app.example.com'],
        sessions: memorySessions(),
        connections: { guestsPerAddress: MEMBERS },
      }),
    ],
    providers: [Gateway],
  })
  class BenchModule {}
  const config = { PORT: 0, ADMIN_PORT: 0, HOST: '127.0.0.1' };
  const service = await startService({ name: 'bench', module: BenchModule, config, logger });
  return {
    url: `ws://127.0.0.1:${service.port}/ws`,
    publish(entry: Entry) {
      fanOut.publish(topicOf(ID), writeSignal({ kind: 'entry', seq: entry.seq, frame: entryFrame(entry) }));
    },
    async close() {
      await service.stop();
      await pool.close();
    },
  };
}

/** The baseline: `ws` alone, as its documentation broadcasts. */
async function startBare() {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    publish(entry: Entry) {
      const text = entryFrame(entry);
      for (const client of sockets.clients) if (client.readyState === WebSocket.OPEN) client.send(text);
    },
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.close();
    },
  };
}

/** One message to a thousand members of one replica, until the last of them has it. */
export default async function bench() {
  const servers = [await startBare(), await startRoom()];
  const shared = new SharedArrayBuffer(4 * servers.length);
  const counters = new Int32Array(shared);
  const worker = new Worker(new URL(import.meta.url), {
    workerData: { urls: servers.map(({ url }) => url), counters: shared },
  });
  await new Promise<unknown>((resolve, reject) => worker.once('message', resolve).once('error', reject));

  const taken: number[][] = servers.map(() => []);
  const seqs = servers.map(() => 0);
  const deliver = async (index: number) => {
    const wanted = Atomics.load(counters, index) + MEMBERS;
    const startedAt = performance.now();
    const before = process.threadCpuUsage();
    servers[index]!.publish(message((seqs[index]! += 1)));
    const { user, system } = process.threadCpuUsage(before);
    for (let read = Atomics.load(counters, index); read < wanted; read = Atomics.load(counters, index)) {
      const { value } = Atomics.waitAsync(counters, index, read, 1_000);
      await value;
    }
    taken[index]!.push(performance.now() - startedAt);
    return user + system;
  };
  const twenty = (index: number) => async () => {
    let spent = 0;
    for (let n = 0; n < 20; n += 1) spent += await deliver(index);

    return spent;
  };
  return {
    tables: [
      {
        title: `One message to ${MEMBERS} members of a room`,
        what: 'frame',
        baseline: 'bare ws',
        batch: 20 * MEMBERS,
        contenders: { 'bare ws': twenty(0), 'a room': twenty(1) },
        wanted: [{ contender: 'a room', against: 'bare ws', atMost: 1 / 0.85 }],
      },
    ],
    async close() {
      for (const [index, name] of ['bare ws', 'a room'].entries()) {
        const sorted = taken[index]!.sort((a, b) => a - b);
        const p99 = sorted[Math.floor(sorted.length * 0.99)]!;
        // eslint-disable-next-line no-console -- the table has room for means only
        console.log(
          `${name}: the last of ${MEMBERS} had it after ${p99.toFixed(1)} ms (p99 of ${sorted.length} messages)`,
        );
      }
      await worker.terminate();
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

if (!isMainThread) await readAlong();
