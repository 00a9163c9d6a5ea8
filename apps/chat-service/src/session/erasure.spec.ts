import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ScanCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoUsageLedger } from '@parley/assistants';
import { DynamoConnectionRegistry, DynamoConsents, DynamoDisplayNames } from '@parley/auth';
import {
  createConversationStore,
  createDocumentClient,
  DynamoAuditLog,
  DynamoErasureWishes,
  DynamoReports,
} from '@parley/conversations';
import { RedisServer } from '@parley/conversations/testing';
import type { Conversation, EntryPage, Self } from '@parley/protocol';
import { ChatSocket } from '../testing/chat-socket';
import { ORIGIN, PARTNER, startReplica, type Replica } from '../testing/start-chat';
import { startWorld, type World } from '../testing/world';
import { Erasure } from './erasure';

type DemoUser = World['issuer']['users'][number];

const MARK = 'mauve-otter';
const json = { 'content-type': 'application/json' };

let world: World;
let redis: RedisServer;
let one: Replica;
let two: Replica;
let client: DynamoDBDocumentClient;
let wishes: DynamoErasureWishes;
let bob: DemoUser;
let carol: DemoUser;
let admin: DemoUser;

beforeAll(async () => {
  [world, redis] = await Promise.all([startWorld(), RedisServer.start()]);
  const more = { VALKEY_URL: redis.valkey.url, CLIENT_ADDRESS_HEADER: 'x-viewer' };
  [one, two] = await Promise.all([startReplica(world, more), startReplica(world, more)]);
  client = createDocumentClient({ region: 'us-east-1', endpoint: world.environment['AWS_ENDPOINT_URL_DYNAMODB'] });
  wishes = new DynamoErasureWishes(client, 'conversations');
  [bob, carol] = world.issuer.users.filter(({ groups }) => !groups.includes('admins')) as [DemoUser, DemoUser];
  admin = world.issuer.users.find(({ groups }) => groups.includes('admins'))!;
});
afterAll(async () => {
  await Promise.all([one.service.stop(), two.service.stop()]);
  client.destroy();
  await Promise.all([world.close(), redis.stop()]);
});

const ask = async (replica: Replica, { login }: DemoUser, method: string, path: string, body?: object) => {
  const response = await replica.as(login)(path, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  const text = await response.text();
  return { status: response.status, body: (text.startsWith('{') ? JSON.parse(text) : text) as never };
};

const listsOfSets = (_: string, value: unknown) => (value instanceof Set ? [...value] : value);

async function rowsWith(...traces: string[]): Promise<string[]> {
  const rows: string[] = [];
  for (const TableName of ['conversations', 'sessions']) {
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await client.send(new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey }));
      for (const item of page.Items ?? [])
        if (traces.some((trace) => JSON.stringify(item, listsOfSets).includes(trace)))
          rows.push(`${item['pk']} ${item['sk']}`);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }
  return rows;
}

/** Until it was all gone once, whichever process does it. */
async function passed(principalId: string): Promise<void> {
  while (!(await wishes.all()).some((wish) => wish.principalId === principalId && wish.isPassed)) await pause(20);
}

/** What a process does with the wishes when nothing is under way any more. */
function afterwards(): Erasure {
  const sessions = [client, 'sessions'] as const;
  const conversations = [client, 'conversations'] as const;
  return new Erasure({
    wishes,
    conversations: createConversationStore({ client, table: 'conversations' }),
    usage: new DynamoUsageLedger(...conversations),
    reports: new DynamoReports(...conversations),
    audit: new DynamoAuditLog(...conversations),
    names: new DynamoDisplayNames(...sessions),
    consents: new DynamoConsents(...sessions),
    connections: new DynamoConnectionRegistry(...sessions),
    report: (_, cause) => {
      throw cause;
    },
    now: () => Date.now() + 300_000,
  });
}

const connect = async (replica: Replica, { login }: DemoUser, path?: string) => {
  const socket = ChatSocket.as(replica.url, await world.issuer.mint(login), path);
  await socket.event('welcome');
  return socket;
};
const say = async (socket: ChatSocket, conversationId: string | undefined, text: string) => {
  const { data } = await socket.ask('sendMessage', { conversationId, clientId: randomUUID(), text });
  return data['id'] as string;
};

it('erases a person from every table, of both replicas’ doing, but for what protects others', async () => {
  const [room, left] = (await Promise.all(
    ['Lunch', 'Dinner'].map(async (title) => {
      const made = await ask(one, bob, 'POST', '/api/rooms', { title, open: true, assistant: 'general' });
      const { id } = made.body as Conversation;
      await ask(two, carol, 'POST', `/api/rooms/${id}/join`, {});
      return id;
    }),
  )) as [string, string];
  const [hers, his] = [await connect(two, carol, '/ws/chat?sessionId=mine'), await connect(one, bob)];
  for (const id of [room, left]) for (const socket of [hers, his]) await socket.ask('joinRoom', { conversationId: id });

  await ask(one, carol, 'PATCH', '/api/session/me', { name: `Carol ${MARK}` });
  await ask(one, carol, 'PUT', '/api/session/consent', { transcripts: true });
  await ask(one, carol, 'POST', '/api/session/ticket', { audience: 'chat' });
  await ask(one, carol, 'PUT', `/api/session/blocks/${randomUUID()}`);
  const rude = await say(his, room, 'rude');
  const first = await say(hers, room, `${MARK} 1`);
  await hers.ask('edit', { conversationId: room, id: first, text: `${MARK} changed` });
  await say(hers, left, `${MARK} 2`);
  // The simulated model says what it was told.
  await say(hers, left, `@general ${MARK} 3`);
  await his.find(
    ({ event, data }) => event === 'message' && (data['message'] as { role: string }).role === 'assistant',
  );
  hers.say({ event: 'read', data: { conversationId: room, seq: 2 } });
  await say(hers, undefined, `${MARK} to the assistant`);
  await hers.find(
    ({ event, data }) =>
      event === 'message' &&
      JSON.stringify(data).includes('to the assistant') &&
      JSON.stringify(data).includes('"assistant"'),
  );
  await ask(one, carol, 'POST', `/api/rooms/${left}/leave`, {});
  await ask(one, carol, 'POST', `/api/rooms/${room}/reports`, { messageId: rude, reason: `he is ${MARK}` });
  const text = { id: randomUUID(), role: 'user', parts: [{ type: 'text', text: `${MARK} in a chat` }] };
  await ask(two, carol, 'POST', '/api/chat', { id: randomUUID(), messages: [text] });
  // Somebody whom nobody has seen cannot be made a member.
  await ask(one, bob, 'PATCH', '/api/session/me', { name: 'Bob' });
  const own = (await ask(one, carol, 'POST', '/api/rooms', { title: 'Hers' })).body as Conversation;
  await ask(one, carol, 'POST', `/api/rooms/${own.id}/members`, { user: bob.sub });
  expect((await rowsWith(MARK)).length).toBeGreaterThan(10);

  expect((await ask(one, carol, 'DELETE', '/api/session/me')).status).toBe(202);
  expect(await hers.closed).toEqual({ code: 4401, reason: 'Signed out' });
  await passed(carol.sub);
  expect(await rowsWith(MARK)).toEqual([]);
  expect((await ask(one, carol, 'DELETE', '/api/session/me')).status).toBe(202);
  await passed(carol.sub);
  await afterwards().goOn();
  expect(await wishes.all()).toEqual([]);

  expect(await rowsWith(MARK)).toEqual([]);
  // docs/decisions/2026-11-26-what-erasure-leaves.md lists the same.
  const kept = (await rowsWith(carol.sub)).map((row) => row.replace(carol.sub, '<id>').replace(/[#/ ](?!<id>).*/, ''));
  expect([...new Set(kept)].sort()).toEqual(['AUDIT', 'COUNT', 'SIGNED_OUT', 'TICKET']);

  // Who was in the room has heard of every deletion, and the log is whole.
  const { items } = (await ask(two, bob, 'GET', `/api/conversations/${left}/messages?after=0`)).body as EntryPage;
  expect(items.map(({ seq }) => seq)).toEqual(items.map((_, index) => index + 1));
  await his.find(
    ({ event, data }) =>
      event === 'entry' &&
      (data['entry'] as { seq: number; conversationId: string }).seq === items.length &&
      (data['entry'] as { conversationId: string }).conversationId === left,
  );
  const handed = (await ask(two, bob, 'GET', `/api/conversations/${own.id}`)).body as Conversation;
  expect(handed.members).toEqual([expect.objectContaining({ id: bob.sub, role: 'owner' })]);
  his.close();
});

it('goes on with a wish whose process died over it, in whatever process starts', async () => {
  const socket = await connect(one, bob);
  await say(socket, undefined, 'viridian-newt');
  socket.close();
  await wishes.add(bob.sub, Date.now());
  const another = await startReplica(world);
  await passed(bob.sub);
  expect(await rowsWith('viridian-newt')).toEqual([]);
  await another.service.stop();
});

it('erases a banned person as he asks, who stays banned and is refused everything else', async () => {
  const { id } = (await ask(one, carol, 'POST', '/api/conversations', { title: 'scarlet-heron' })).body as Conversation;
  const ban = `/api/admin/bans/${carol.sub}`;
  expect((await ask(one, admin, 'PUT', ban, { reason: 'rude' })).status).toBe(204);
  const refused = async () => (await ask(one, carol, 'GET', `/api/conversations/${id}`)).body as { code: string };
  expect(await refused()).toMatchObject({ code: 'banned' });
  expect((await ask(one, carol, 'PUT', '/api/session/consent', { transcripts: true })).status).toBe(403);
  expect((await ask(one, carol, 'DELETE', '/api/session/me')).status).toBe(202);
  const leaving = { method: 'POST', body: '{}', headers: { origin: ORIGIN } };
  expect((await one.as(carol.login)('/api/session/logout', leaving)).status).toBe(204);
  await passed(carol.sub);
  expect(await rowsWith('scarlet-heron')).toEqual([]);
  expect(await refused()).toMatchObject({ code: 'banned' });
  expect((await ask(one, admin, 'DELETE', ban)).status).toBe(204);
  expect(await refused()).toMatchObject({ code: 'conversation_not_found' });
});

describe('a guest who is erased', () => {
  let viewers = 0;
  const call = (method: string, path: string, headers: Record<string, string>, body?: string) =>
    fetch(one.url + path, {
      method,
      headers: { 'x-viewer': `10.0.0.${(viewers += 1)}:1`, ...headers },
      body: body ?? null,
    });
  const begin = (headers: Record<string, string>) => call('POST', '/api/session/guest', { ...json, ...headers }, '{}');
  const idOf = async (headers: Record<string, string>) =>
    ((await (await call('GET', '/api/session/me', headers)).json()) as Self).id;

  it('of another origin is nobody with the session he had, and begins anew', async () => {
    const { session } = (await (await begin({ origin: PARTNER })).json()) as { session: string };
    const guest = { origin: PARTNER, authorization: `Guest ${session}` };
    const id = await idOf(guest);
    expect((await call('PUT', '/api/session/consent', { ...guest, ...json }, '{"transcripts":true}')).status).toBe(204);
    expect((await call('DELETE', '/api/session/me', guest)).status).toBe(202);
    await passed(id);
    expect((await rowsWith(id)).filter((row) => !/^(SIGNED_OUT|ERASURE)/.test(row))).toEqual([]);
    expect((await call('GET', '/api/session/me', guest)).status).toBe(401);
    expect((await begin(guest)).status).toBe(401);
    expect((await begin({ origin: PARTNER })).status).toBe(201);
  });

  it('of the own origin loses the cookie, which is none any more; a form of another site erases nobody', async () => {
    const cookie = (await begin({ origin: ORIGIN })).headers.getSetCookie()[0]!.split(';')[0]!;
    const id = await idOf({ cookie });
    expect((await call('DELETE', '/api/session/me', { cookie, origin: ORIGIN })).status).toBe(403);
    expect((await call('DELETE', '/api/session/me', { cookie, ...json, origin: 'http://localhost:9999' })).status).toBe(
      403,
    );
    expect(await wishes.all()).not.toContainEqual(expect.objectContaining({ principalId: id }));
    const erased = await call('DELETE', '/api/session/me', { cookie, ...json, origin: ORIGIN });
    expect(erased.status).toBe(202);
    expect(erased.headers.getSetCookie().at(-1)).toMatch(/parley_guest=;.*Max-Age=0/);
    expect((await call('GET', '/api/session/me', { cookie })).status).toBe(401);
    const again = (await begin({ origin: ORIGIN, cookie })).headers.getSetCookie()[0]!.split(';')[0]!;
    expect(await idOf({ cookie: again })).not.toBe(id);
    await passed(id);
  });
});
