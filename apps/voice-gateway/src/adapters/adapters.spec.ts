import { createTables, startDynamo, type Dynamo } from '@parley/aws-sim';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createDocumentClient, DynamoLiveCalls } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import { describeCallRegistry } from '../call/ports/call-registry.contract';
import { describeStreamLeases, giveBack, givenBack } from '../call/ports/stream-leases.contract';
import { DynamoCallRegistry } from './dynamodb/call-registry';
import { DynamoStreamLeases } from './dynamodb/stream-leases';
import { MemoryCallRegistry, type SharedCalls } from './memory/call-registry';
import { MemoryStreamLeases } from './memory/stream-leases';

let dynamo: Dynamo;
let client: ReturnType<typeof createDocumentClient>;
beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' });
  dynamo = await startDynamo();
  await createTables(dynamo.endpoint, { conversations: 'conversations', sessions: 'sessions' });
  client = createDocumentClient({ region: 'us-east-1', endpoint: dynamo.endpoint });
});
afterAll(async () => {
  client.destroy();
  await dynamo.close();
});

const QUOTA = { quota: 4, reserve: 1 };
let models = 0;

describeStreamLeases('memory', async () => ({ process: () => new MemoryStreamLeases(QUOTA) }));
describeStreamLeases('DynamoDB', async () => {
  const model = `model-${models++}`;
  return { process: () => new DynamoStreamLeases(client, 'sessions', model, QUOTA) };
});

describeCallRegistry('memory', async () => {
  const calls: SharedCalls = new Map();
  const clock = { now: 1_000_000 };
  return { clock, process: () => new MemoryCallRegistry(calls, { now: () => clock.now }) };
});
describeCallRegistry('DynamoDB', async () => {
  const clock = { now: 1_000_000 };
  return { clock, process: () => new DynamoCallRegistry(client, 'sessions', { now: () => clock.now }) };
});

describe('leases in DynamoDB, over several processes', () => {
  afterEach(giveBack);

  it('are counted together', async () => {
    const model = `model-${models++}`;
    const processes = Array.from({ length: 3 }, () =>
      givenBack(new DynamoStreamLeases(client, 'sessions', model, QUOTA)),
    );
    const asked = await Promise.all(processes.flatMap((one) => [one.acquire('call'), one.acquire('call')]));
    expect(asked.filter(Boolean)).toHaveLength(3);
  });

  it('of a dead process run out, and those of a live one are renewed', async () => {
    const model = `model-${models++}`;
    const clock = { now: 1_000_000 };
    const make = (renewMs: number) => {
      const times = { renewMs, lifetimeMs: 45_000, now: () => clock.now };
      return givenBack(new DynamoStreamLeases(client, 'sessions', model, { ...QUOTA, ...times }));
    };
    const [dead, live, other] = [make(3_600_000), make(5), make(3_600_000)];
    await dead.acquire('call');
    await dead.acquire('call');
    const held = await live.acquire('call');
    clock.now += 44_000;
    expect(await other.acquire('call')).toBeUndefined();
    // The live one's renewal runs by itself; once it has, its lease outlives the others.
    const ends = async () => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName: 'sessions',
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': `STREAMS#${model}` },
        }),
      );
      return Items.map(({ endsAt }) => endsAt as number);
    };
    while (Math.max(...(await ends())) < clock.now + 45_000);
    clock.now += 2_000;
    const taken = [await other.acquire('call'), await other.acquire('call'), await other.acquire('call')];
    expect(taken.map(Boolean)).toEqual([true, true, false]);
    await held!.release();
    expect(await other.acquire('call')).toBeDefined();
  });

  it('say that the store is out, and do not count on it', async () => {
    const broken = createDocumentClient({ region: 'us-east-1', endpoint: 'http://127.0.0.1:9' });
    const leases = new DynamoStreamLeases(broken, 'sessions', 'model', QUOTA);
    await expect(leases.acquire('call')).rejects.toThrow(ParleyError);
    const registry = new DynamoCallRegistry(broken, 'sessions');
    expect(await registry.renew([{ callId: 'a', streams: 1 }])).toEqual([]);
    broken.destroy();
  });
});

it('calls in DynamoDB are told with who, since when, where and over how many streams, until they are over', async () => {
  await createTables(dynamo.endpoint, { conversations: 'others', sessions: 'live' });
  const clock = { now: 1_000_000 };
  const now = () => clock.now;
  const [here, there] = ['here', 'there'].map((name) => new DynamoCallRegistry(client, 'live', { now }, name)) as [
    DynamoCallRegistry,
    DynamoCallRegistry,
  ];
  const calls = new DynamoLiveCalls(client, 'live', now);
  const record = (n: number) => ({
    callId: `${n}${n}${n}${n}-call`,
    principalId: `person-${n}`,
    conversationId: `conversation-${n}`,
    assistant: 'general',
    startedAt: n,
  });
  for (const n of [3, 1, 2]) await here.open({ ...record(n), voiceId: 'amy' });
  await there.take(record(2).callId, 'person-2');
  await here.renew([{ callId: record(1).callId, streams: 2 }]);
  await here.close(record(3).callId);
  expect(await calls.all()).toEqual([
    { ...record(1), replica: 'here', streams: 2 },
    { ...record(2), replica: 'there', streams: 1 },
  ]);
  clock.now += 60_001;
  expect(await calls.all()).toEqual([]);
});
