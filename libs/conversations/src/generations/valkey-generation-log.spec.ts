import { once } from 'node:events';
import { describeGenerationLog } from '../generation-log.contract';
import { RedisServer, type RedisServerOptions } from '../testing';
import { ValkeyConnection } from '../valkey/valkey-connection';
import { keyOf } from './valkey-entries';
import { ValkeyGenerationLog } from './valkey-generation-log';

const never = new AbortController().signal;

async function connect(server: RedisServer): Promise<ValkeyConnection> {
  const connection = new ValkeyConnection(server.valkey);
  if (connection.state !== 'ready') await once(connection.client as unknown as NodeJS.EventEmitter, 'ready');
  return connection;
}

describe.each<[string, RedisServerOptions]>([
  ['Valkey, one node', {}],
  ['Valkey, a cluster with TLS and a password', { cluster: true, secured: true }],
])('%s', (name, options) => {
  describeGenerationLog(name, async () => {
    const server = await RedisServer.start(options);
    const connections = [await connect(server), await connect(server)] as const;
    const [writer, reader] = connections.map((connection) => new ValkeyGenerationLog(connection));
    return {
      writer: writer!,
      reader: reader!,
      keptMs: (id) => connections[0].client.pttl(keyOf(id)),
      async close() {
        await Promise.all([writer!.close(), reader!.close()]);
        for (const connection of connections) connection.close();
        await server.stop();
      },
    };
  });
});

describe('when Valkey goes away', () => {
  let server: RedisServer;
  let connection: ValkeyConnection;
  let log: ValkeyGenerationLog;
  let faults: string[];
  beforeEach(async () => {
    server = await RedisServer.start();
    connection = await connect(server);
    faults = [];
    log = new ValkeyGenerationLog(connection, (what) => faults.push(what));
  });
  afterEach(async () => {
    await log.close();
    connection.close();
    await server.stop();
  });

  it('comes back empty and has all of the answer again: no part lost, none repeated', async () => {
    const writer = log.open('g');
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { json } of log.read('g', { signal: never })) seen.push(json);
    })();
    writer.append('1');
    while (seen.length < 1) await new Promise((resolve) => setImmediate(resolve));
    await server.down();
    writer.append('2');
    while (faults.length === 0) await new Promise((resolve) => setImmediate(resolve));
    writer.append('3');
    await server.up();
    await once(connection.client as unknown as NodeJS.EventEmitter, 'ready');
    await writer.end('4');
    await reading;
    expect(seen).toEqual(['1', '2', '3', '4']);
    expect((await log.snapshot('g')).map(({ json }) => json)).toEqual(['1', '2', '3', '4']);
    expect(faults).toEqual(['an answer cannot be written where other replicas read it']);
  });

  it('lets the writer end without it', async () => {
    await server.down();
    const writer = log.open('g');
    writer.append('1');
    await writer.end('2');
    await expect(log.snapshot('g')).rejects.toThrow();
  });
});

describe('a writer that was taken for dead', () => {
  it('does not write into what its successor went on with', async () => {
    const server = await RedisServer.start();
    const connection = await connect(server);
    const log = new ValkeyGenerationLog(connection);
    const paused = log.open('g');
    paused.append('1');
    while ((await log.snapshot('g')).length < 1);
    const successor = log.open('g', { after: 1 });
    successor.append('closing');
    await successor.end('terminal');
    paused.append('late');
    await paused.end('later');
    expect((await log.snapshot('g')).map(({ json }) => json)).toEqual(['1', 'closing', 'terminal']);
    await log.close();
    connection.close();
    await server.stop();
  });
});

it('keeps an answer that nobody ends for half an hour, and writes a batch as one entry', async () => {
  const server = await RedisServer.start();
  const connection = await connect(server);
  const log = new ValkeyGenerationLog(connection);
  const writer = log.open('g');
  for (let at = 1; at <= 100; at += 1) writer.append(`${at}`);
  while ((await log.snapshot('g')).length < 100);
  expect(await connection.client.xlen(keyOf('g'))).toBe(1);
  expect(await connection.client.pttl(keyOf('g'))).toBeGreaterThan(1_700_000);
  await log.close();
  connection.close();
  await server.stop();
});
