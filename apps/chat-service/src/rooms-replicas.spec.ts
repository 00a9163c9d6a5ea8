import { startTestPool, type TestPool } from '@parley/auth/testing';
import { RedisServer, seeded } from '@parley/conversations/testing';
import type { Author, Entry } from '@parley/protocol';
import { ChatSocket } from './testing/chat-socket';
import { BuiltService, type ReplicaProcess } from './testing/replica-process';
import { RoomMember } from './testing/room-member';
import { startWorld, type World } from './testing/world';

/** `SOAK=true` runs all of it: 300 members, 5,000 messages. */
const isSoak = process.env['SOAK'] === 'true';
const MEMBERS = isSoak ? 300 : 60;
const MESSAGES = isSoak ? 5_000 : 500;
/** On a busy machine all of it takes long, and proves the same. */
const PATIENCE_MS = isSoak ? 3_600_000 : 600_000;
/** Members who write at the same time: each append to one log races with the others. */
const WRITERS = 6;
const SEED = 7;

let world: World;
let pool: TestPool;
const service = new BuiltService();
beforeAll(async () => {
  [world, pool] = await Promise.all([startWorld(), startTestPool()]);
  service.build();
}, 120_000);
afterAll(async () => {
  await service.close();
  await Promise.all([world.close(), pool.close()]);
});

const start = (more: Record<string, string> = {}) =>
  service.start(world, {
    COGNITO_ISSUER: pool.issuer,
    COGNITO_CLIENT_IDS: pool.clientId,
    LOG_LEVEL: 'info',
    ...more,
  });
const person = (n: number): Author => ({ kind: 'user', id: `person-${n}`, name: `Person ${n}` });

async function makeRoom(): Promise<string> {
  const { id } = await world.store.create(person(0), { kind: 'room', title: 'All', open: true });
  for (let n = 1; n < MEMBERS; n += 1) await world.store.addMember(person(0).id, id, person(n));
  return id;
}

async function logOf(id: string): Promise<Entry[]> {
  const log: Entry[] = [];
  for (;;) {
    const { items, head } = await world.store.page(person(0).id, id, { after: log.length, limit: 200 });
    log.push(...items);
    if (log.length >= head) return log;
  }
}

/** Writes and cuts lines at random until all is said, and holds every member's log to the room's. */
async function talk(id: string, members: RoomMember[], halfway: () => Promise<void>): Promise<void> {
  const random = seeded(SEED);
  await Promise.all(members.map((member) => member.connected()));
  let said = 0;
  let between: Promise<void> | undefined;
  const write = async () => {
    for (let n = said; n < MESSAGES; n = said) {
      said += 1;
      if (n === Math.floor(MESSAGES / 2)) between = halfway();
      if (random() < 0.2) members[Math.floor(random() * MEMBERS)]!.cut();
      await members[n % MEMBERS]!.send(`m-${n}`, `message ${n}`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  await between;
  await Promise.all(members.map((member) => member.reach(MESSAGES)));

  const log = await logOf(id);
  expect(log.map(({ seq }) => seq)).toEqual(Array.from({ length: MESSAGES }, (_, index) => index + 1));
  expect(new Set(log.map((entry) => entry.type === 'message' && entry.clientId)).size).toBe(MESSAGES);
  for (const member of members) {
    expect(member.log).toEqual(log);
    for (const live of member.live) expect(live).toEqual([...new Set(live)].sort((a, b) => a - b));
    member.end();
  }
}

const membersOver = (id: string, replicas: () => ReplicaProcess[]) =>
  Array.from({ length: MEMBERS }, (_, n) => {
    let turn = n;
    return new RoomMember(id, async () => {
      const choice = replicas();
      return ChatSocket.as(choice[(turn += 1) % choice.length]!.url, await pool.mint({ sub: person(n).id }));
    });
  });

describe(`${MEMBERS} people, ${MESSAGES} messages, lines cut at random (seed ${SEED})`, () => {
  it(
    'over two replicas and Valkey, one replica killed and started again: every log is the room’s, in order, nothing twice',
    async () => {
      const redis = await RedisServer.start();
      const valkey = { VALKEY_URL: redis.valkey.url };
      const replicas = await Promise.all([start(valkey), start(valkey)]);
      const id = await makeRoom();
      await talk(
        id,
        membersOver(id, () => replicas),
        async () => {
          await replicas[1]!.kill();
          replicas[1] = await start(valkey);
        },
      );
      await Promise.all(replicas.map((replica) => replica.kill()));
      await redis.stop();
    },
    PATIENCE_MS,
  );

  it(
    'on one replica without Valkey',
    async () => {
      const replica = await start();
      const id = await makeRoom();
      await talk(
        id,
        membersOver(id, () => [replica]),
        async () => undefined,
      );
      await replica.kill();
    },
    PATIENCE_MS,
  );
});

it('without Valkey what another replica wrote is heard too, by the next look at the log', async () => {
  const [one, two] = await Promise.all([start(), start()]);
  const { id } = await world.store.create(person(0), { kind: 'room', title: 'Two' });
  await world.store.addMember(person(0).id, id, person(1));
  const connect = async (replica: ReplicaProcess, n: number) => {
    const socket = ChatSocket.as(replica.url, await pool.mint({ sub: person(n).id }));
    await socket.event('welcome');
    await socket.ask('joinRoom', { conversationId: id });
    return socket;
  };
  const [here, there] = [await connect(one, 0), await connect(two, 1)];
  for (const text of ['a', 'b', 'c']) await here.ask('sendMessage', { conversationId: id, clientId: text, text });
  await there.find(() => there.liveSeqs.length === 3);
  expect(there.liveSeqs).toEqual([1, 2, 3]);
  await world.store.removeMember(person(0).id, id, person(1).id);
  expect((await there.event('left')).data).toMatchObject({ reason: 'removed' });
  for (const socket of [here, there]) socket.close();
}, 60_000);
