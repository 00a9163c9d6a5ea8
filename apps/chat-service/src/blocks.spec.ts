import { RedisServer } from '@parley/conversations/testing';
import type { AuditAnswer, BlockList, Conversation, ConversationList, Entry, EntryPage } from '@parley/protocol';
import { ChatSocket } from './testing/chat-socket';
import { startReplica, type Replica } from './testing/start-chat';
import { startWorld, type World } from './testing/world';

type DemoUser = World['issuer']['users'][number];

let world: World;
let redis: RedisServer;
let one: Replica;
let two: Replica;
let admin: DemoUser;
let person: DemoUser;
let rude: DemoUser;

beforeAll(async () => {
  [world, redis] = await Promise.all([startWorld(), RedisServer.start()]);
  const valkey = { VALKEY_URL: redis.valkey.url };
  [one, two] = await Promise.all([startReplica(world, valkey), startReplica(world, valkey)]);
  const { users } = world.issuer;
  admin = users.find(({ groups }) => groups.includes('admins'))!;
  [person, rude] = users.filter(({ groups }) => !groups.includes('admins')) as [DemoUser, DemoUser];
});
afterAll(async () => {
  await Promise.all([one.service.stop(), two.service.stop()]);
  await Promise.all([world.close(), redis.stop()]);
});

const ask = (replica: Replica, { login }: DemoUser, method: string, path: string, body?: object) =>
  replica.as(login)(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const read = async <T>(replica: Replica, user: DemoUser, path: string) =>
  (await (await ask(replica, user, 'GET', path)).json()) as T;
const setBlocked = async (replica: Replica, blocked: boolean) => {
  const answer = await ask(replica, person, blocked ? 'PUT' : 'DELETE', `/api/session/blocks/${rude.sub}`);
  expect(answer.status).toBe(204);
};

async function connect(replica: Replica, { login }: DemoUser, conversationId: string) {
  const socket = ChatSocket.as(replica.url, await world.issuer.mint(login));
  await socket.event('welcome');
  const { data } = await socket.ask('joinRoom', { conversationId });
  return { socket, joined: data['items'] as Entry[] };
}
const end = async (socket: ChatSocket, conversationId: string) => {
  await socket.ask('leaveRoom', { conversationId });
  socket.close();
  await socket.closed;
};

/** An open room with `person` on the first replica, `rude` and an admin on the second. */
async function roomOfThree() {
  const made = await ask(one, person, 'POST', '/api/rooms', { title: 'Lunch', open: true });
  const { id } = (await made.json()) as Conversation;
  for (const user of [rude, admin]) await ask(two, user, 'POST', `/api/rooms/${id}/join`, {});
  const [reader, speaker, other] = [
    await connect(one, person, id),
    await connect(two, rude, id),
    await connect(two, admin, id),
  ].map(({ socket }) => socket) as [ChatSocket, ChatSocket, ChatSocket];
  let said = 0;
  const say = async (by: ChatSocket, text: string) => {
    const clientId = `c-${(said += 1)}`;
    return (await by.ask('sendMessage', { conversationId: id, clientId, text })).data as { id: string; seq: number };
  };
  const hears = async (by: ChatSocket, seq: number) => {
    const { data } = await by.find(({ event, data: { message } }) => {
      return event === 'message' && (message as Entry).seq === seq;
    });
    return textOf(data['message'] as Entry);
  };
  return { id, reader, speaker, other, say, hears };
}
const textOf = (entry: Entry) =>
  'parts' in entry ? [entry.hidden, ...entry.parts.map((part) => (part as { text: string }).text)] : [];

it('what somebody says who is blocked reaches the blocker as an empty place: live, by catch-up and by history, on every replica', async () => {
  const { id, reader, speaker, other, say, hears } = await roomOfThree();
  const before = await say(speaker, 'before');
  expect(await hears(reader, before.seq)).toEqual([undefined, 'before']);
  await setBlocked(two, true);

  const rudeWords = await say(speaker, 'rude');
  await speaker.ask('edit', { conversationId: id, id: rudeWords.id, text: 'ruder' });
  const kind = await say(other, 'kind');
  expect(await hears(reader, kind.seq)).toEqual([undefined, 'kind']);
  expect(await hears(reader, rudeWords.seq)).toEqual([true]);
  expect(await hears(other, rudeWords.seq)).toEqual([undefined, 'rude']);
  // No hole: the client asks for nothing again.
  expect(reader.liveSeqs).toEqual([before.seq, rudeWords.seq, rudeWords.seq + 1, kind.seq]);
  expect(JSON.stringify(reader.heard)).not.toContain('rude');

  for (const replica of [one, two]) {
    const again = await connect(replica, person, id);
    const history = await again.socket.ask('history', { conversationId: id, after: 0, limit: 200 });
    const page = await read<EntryPage>(replica, person, `/api/conversations/${id}/messages`);
    const exported = await (
      await ask(replica, person, 'GET', `/api/conversations/${id}/export?format=markdown`)
    ).text();
    expect([again.joined.length, page.items.length, (history.data['items'] as Entry[]).length]).toEqual([3, 3, 4]);
    expect(page.items.map(textOf)).toEqual([[true], [true], [undefined, 'kind']]);
    const told = JSON.stringify([again.joined, history.data, page, exported]);
    expect([told.includes('rude'), told.includes('kind')]).toEqual([false, true]);
    const shown = await read<EntryPage>(replica, person, `/api/conversations/${id}/messages?blocked=show`);
    expect(shown.items.map(textOf)).toEqual([
      [undefined, 'before'],
      [undefined, 'ruder'],
      [undefined, 'kind'],
    ]);
    await end(again.socket, id);
  }

  await setBlocked(one, false);
  const after = await say(speaker, 'sorry');
  expect(await hears(reader, after.seq)).toEqual([undefined, 'sorry']);
  const { items } = await read<EntryPage>(two, person, `/api/conversations/${id}/messages`);
  expect(items.map((entry) => textOf(entry)[1])).toEqual(['before', 'ruder', 'kind', 'sorry']);
  for (const socket of [reader, speaker, other]) await end(socket, id);
});

it('nor does the blocker learn that he types, is there, or said something last', async () => {
  const { id, reader, speaker, other, say, hears } = await roomOfThree();
  await setBlocked(one, true);
  speaker.say({ event: 'typing', data: { conversationId: id, typing: true } });
  const last = await say(speaker, 'rude');
  expect(await hears(reader, last.seq)).toEqual([true]);
  await other.event('typing');
  expect(reader.heard.filter(({ event }) => event === 'typing')).toEqual([]);
  const there = async (by: ChatSocket) => {
    const { members } = (await by.ask('presence', { conversationId: id })).data as {
      members: { principal: { id: string } }[];
    };
    return members.map(({ principal }) => principal.id).sort();
  };
  expect(await there(other)).toEqual([admin.sub, person.sub, rude.sub].sort());
  expect(await there(reader)).toEqual([admin.sub, person.sub].sort());
  const lastIn = async (user: DemoUser) =>
    (await read<ConversationList>(two, user, '/api/rooms')).items.find((room) => room.id === id)?.lastMessage;
  expect(textOf((await lastIn(person))!)).toEqual([true]);
  expect(textOf((await lastIn(admin))!)).toEqual([undefined, 'rude']);
  await setBlocked(one, false);
  for (const socket of [reader, speaker, other]) await end(socket, id);
});

it('whom one blocks one sees alone, under the names they have; nobody blocks himself; each act is in the audit log', async () => {
  await ask(one, rude, 'PATCH', '/api/session/me', { name: 'Rude Example' });
  await setBlocked(one, true);
  const mine = { items: [{ principalId: rude.sub, name: 'Rude Example' }] };
  expect(await read<BlockList>(one, person, '/api/session/blocks')).toEqual(mine);
  expect(await read<BlockList>(two, rude, '/api/session/blocks')).toEqual({ items: [] });
  expect((await ask(one, person, 'PUT', `/api/session/blocks/${person.sub}`)).status).toBe(400);
  expect((await ask(one, person, 'PUT', `/api/session/blocks/${'x'.repeat(257)}`)).status).toBe(400);
  await setBlocked(two, false);
  expect(await read<BlockList>(one, person, '/api/session/blocks')).toEqual({ items: [] });
  const { items } = await read<AuditAnswer>(one, admin, '/api/admin/audit?limit=2');
  expect(items.map(({ what, by, whom }) => [what, by.id, whom])).toEqual([
    ['unblock', person.sub, rude.sub],
    ['block', person.sub, rude.sub],
  ]);
});
