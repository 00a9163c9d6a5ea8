import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { OpenConnections } from '@parley/auth';
import { createDocumentClient, liveCallKey } from '@parley/conversations';
import type { AssistantStateList, AuditAnswer, CeilingList, ConnectionCounts, LiveCallList } from '@parley/protocol';
import { ChatSocket } from './testing/chat-socket';
import { startReplica, type Replica } from './testing/start-chat';
import { startWorld, type World } from './testing/world';

type DemoUser = World['issuer']['users'][number];

let world: World;
let one: Replica;
let two: Replica;
let admin: DemoUser;
let person: DemoUser;

beforeAll(async () => {
  world = await startWorld();
  [one, two] = await Promise.all([startReplica(world, { BUDGET_CALLS_PER_DAY: '7' }), startReplica(world)]);
  admin = world.issuer.users.find(({ groups }) => groups.includes('admins'))!;
  person = world.issuer.users.find(({ groups }) => !groups.includes('admins'))!;
});
afterAll(async () => {
  await Promise.all([one.service.stop(), two.service.stop()]);
  await world.close();
});

const read = async <T>(replica: Replica, path: string) => (await (await replica.as(admin.login)(path)).json()) as T;

it('an admin sees who speaks now, with which assistant, since when and where; a call that is over is not there', async () => {
  const client = createDocumentClient({ region: 'us-east-1' });
  const call = (callId: string, principalId: string, endsAt: number) => ({
    ...liveCallKey(callId),
    ...{ callId, principalId, conversationId: 'a-conversation', assistant: 'general', startedAt: 0 },
    ...{ owner: 'a-replica', streams: 2, endsAt },
  });
  const name = { method: 'PATCH', body: JSON.stringify({ name: 'Pat Example' }) };
  expect((await one.as(person.login)('/api/session/me', name)).status).toBe(200);
  const later = Date.now() + 3_600_000;
  for (const Item of [call('0a-call', person.sub, later), call('0b-call', 'a-guest', later), call('0c-call', 'x', 1)])
    await client.send(new PutCommand({ TableName: 'sessions', Item }));
  client.destroy();
  const { items } = await read<LiveCallList>(two, '/api/admin/calls');
  const facts = { conversationId: 'a-conversation', assistant: 'general', replica: 'a-replica', streams: 2 };
  const startedAt = '1970-01-01T00:00:00.000Z';
  expect(items).toHaveLength(2);
  expect(items).toEqual(
    expect.arrayContaining([
      { callId: '0a-call', principalId: person.sub, name: 'Pat Example', ...facts, startedAt },
      { callId: '0b-call', principalId: 'a-guest', ...facts, startedAt },
    ]),
  );
});

it('an admin sees how many are connected to each replica, people and guests, and no longer who has gone', async () => {
  const told = async () => {
    for (const { service } of [one, two]) await service.app.get(OpenConnections, { strict: false }).tell();
    const { items } = await read<ConnectionCounts>(two, '/api/admin/connections');
    return items.map(({ open }) => open).sort((some, more) => some.length - more.length);
  };
  const user = (connections: number) => ({ path: '/ws/chat', kind: 'user', connections });
  const token = () => world.issuer.mint(person.login);
  const sockets = [
    ChatSocket.as(one.url, await token()),
    ChatSocket.as(one.url, await token(), '/ws/chat/'),
    ChatSocket.as(two.url, await token()),
    new ChatSocket(`${one.url.replace('http', 'ws')}/ws/chat?sessionId=visitor-1`),
  ];
  for (const socket of sockets) await socket.event('welcome');
  expect(await told()).toEqual([[user(1)], [user(2), { path: '/ws/chat', kind: 'guest', connections: 1 }]]);
  for (const socket of sockets) {
    socket.close();
    await socket.closed;
  }
  let left = await told();
  while (left.flat().length > 0) left = await told();
  expect(left).toEqual([[], []]);
});

it('an admin sees which assistants are off and how far the day’s ceilings are reached', async () => {
  const set = { method: 'PUT', body: JSON.stringify({ enabled: false }) };
  expect((await one.as(admin.login)('/api/admin/assistants/coding-coach', set)).status).toBe(204);
  const { items } = await read<AssistantStateList>(one, '/api/admin/assistants');
  expect(items.filter(({ enabled }) => !enabled)).toEqual([
    { id: 'coding-coach', name: expect.any(String), enabled: false },
  ]);
  const { items: ceilings } = await read<CeilingList>(one, '/api/admin/ceilings');
  expect(ceilings[0]).toEqual({
    over: 'deployment',
    tokens: { used: 0, limit: 1_000_000_000 },
    calls: { used: 0, limit: 7 },
  });
  expect(ceilings.slice(2).map(({ assistant }) => assistant)).toEqual(items.map(({ id }) => id));
  const audit = await read<AuditAnswer>(one, '/api/admin/audit?limit=1');
  expect(audit.items).toMatchObject([{ what: 'switchOff', by: { id: admin.sub }, assistant: 'coding-coach' }]);
});

it('nobody else sees any of it', async () => {
  for (const what of ['calls', 'connections', 'ceilings', 'assistants'])
    expect((await one.as(person.login)(`/api/admin/${what}`)).status).toBe(403);
});
