import { once, EventEmitter } from 'node:events';
import { Ear } from '../testing/ear';
import { RedisServer, type RedisServerOptions } from '../testing/redis-server';
import { ValkeyConnection, type ValkeyState } from '../valkey/valkey-connection';
import { describeFanOut } from './fan-out.contract';
import { MemoryFanOut } from './memory-fan-out';
import { ValkeyFanOut } from './valkey-fan-out';

const memory = new MemoryFanOut();
describeFanOut('MemoryFanOut', () => ({ here: memory, there: memory }));

/** What one replica has. */
class Replica {
  readonly states: ValkeyState[] = [];
  readonly reported: string[] = [];
  private readonly changes = new EventEmitter();
  readonly valkey: ValkeyConnection;
  readonly fanOut: ValkeyFanOut;

  constructor(server: RedisServer) {
    this.valkey = new ValkeyConnection(server.valkey, (state) => {
      this.states.push(state);
      this.changes.emit('change');
    });
    this.fanOut = new ValkeyFanOut(server.valkey, { report: (what) => void this.reported.push(what) });
  }

  async until(state: ValkeyState): Promise<void> {
    while (this.valkey.state !== state) await once(this.changes, 'change');
  }

  close(): void {
    this.fanOut.close();
    this.valkey.close();
  }
}

describe.each<[string, RedisServerOptions]>([
  ['one node', {}],
  ['one node with TLS and a password', { secured: true }],
  ['a cluster', { cluster: true }],
  ['a cluster with TLS and a password', { cluster: true, secured: true }],
])('on %s', (_, options) => {
  let server: RedisServer;
  let replicas: Replica[];
  beforeAll(async () => {
    server = await RedisServer.start(options);
    replicas = [new Replica(server), new Replica(server)];
    await Promise.all(replicas.map((replica) => replica.until('ready')));
    for (const { fanOut } of replicas) (await Ear.on(fanOut, 'begin')).close();
  });
  afterAll(async () => {
    for (const replica of replicas) replica.close();
    await server.stop();
  });

  describeFanOut('ValkeyFanOut', () => ({ here: replicas[0]!.fanOut, there: replicas[1]!.fanOut }));

  it('tells of a gap after the connections broke, and goes on', async () => {
    const [here, there] = [replicas[0]!.fanOut, replicas[1]!.fanOut];
    const ear = await Ear.on(there, 'broken');
    await server.dropClients();
    await ear.gap(2);
    here.publish('broken', 'after');
    // The publisher may not have noticed yet that its own connection broke: then the message is lost, and that is told.
    await Promise.race([ear.until('after'), ear.gap(3)]);
    ear.close();
  });

  it('tells those who could not be told, one by one or all together', async () => {
    const [here, there] = [replicas[0]!.fanOut, replicas[1]!.fanOut];
    const [ear, other] = [await Ear.on(there, 'untold'), await Ear.on(there, 'of others')];
    await server.letPublish(false);
    here.publish('untold', 'lost');
    await server.letPublish(true);
    await ear.gap(2);
    expect([ear.heard, other.gaps]).toEqual([[], 1]);
    await server.letPublish(false);
    for (let index = 0; index < 1_100; index += 1) here.publish(`topic ${index}`, 'lost');
    await server.letPublish(true);
    await Promise.all([ear.gap(3), other.gap(2)]);
    for (const part of [ear, other]) part.close();
  });

  it('keeps a bounded amount for a server that hangs, and commands fail in bounded time', async () => {
    const [{ fanOut: here, valkey }, { fanOut: there }] = [replicas[0]!, replicas[1]!] as const;
    const ear = await Ear.on(there, 'hanging');
    server.hang();
    const megabyte = 'x'.repeat(1 << 20);
    for (let index = 0; index < 12; index += 1) here.publish('hanging', megabyte);
    await expect(valkey.client.get('key')).rejects.toThrow();
    server.resume();
    await ear.gap(2);
    expect(ear.heard.length).toBeLessThanOrEqual(8);
    ear.close();
  });

  it('lives through an outage: own listeners hear on, others are told that they missed something', async () => {
    const [here, there] = [replicas[0]!.fanOut, replicas[1]!.fanOut];
    const [own, other] = [await Ear.on(here, 'outage'), await Ear.on(there, 'outage')];
    await server.down();
    await replicas[0]!.until('away');
    here.publish('outage', 'lost elsewhere');
    expect(own.heard).toEqual(['lost elsewhere']);
    // Begun during the outage: it is told when it can hear.
    const late = new Ear(there, 'begun in the outage');
    await server.up();
    await Promise.all([own.gap(2), other.gap(2), late.gap(1)]);
    expect(replicas[1]!.reported).toContain('the fan-out hears other processes again');
    for (const topic of ['outage', 'begun in the outage']) here.publish(topic, 'back');
    await Promise.all([other.until('back'), late.until('back')]);
    expect(other.heard).not.toContain('lost elsewhere');
    for (const ear of [own, other, late]) ear.close();
  });
});

it('starts and ends without a server, and says once that it is away', async () => {
  const states: [ValkeyState, unknown][] = [];
  let told = (): void => undefined;
  const isAway = new Promise<void>((resolve) => (told = resolve));
  const valkey = new ValkeyConnection({ url: 'redis://127.0.0.1:1' }, (state, cause) => {
    states.push([state, cause]);
    told();
  });
  const fanOut = new ValkeyFanOut(valkey.options);
  const ear = new Ear(fanOut, 'alone');
  await isAway;
  fanOut.publish('alone', 'here');
  expect([ear.heard, fanOut.live]).toEqual([['here'], false]);
  await expect(valkey.client.get('key')).rejects.toThrow();
  fanOut.close();
  valkey.close();
  expect(states).toEqual([
    ['away', expect.objectContaining({ code: 'ECONNREFUSED' })],
    ['closed', undefined],
  ]);
});
