import { RedisServer } from '@parley/conversations/testing';
import type { AuditAnswer, BanList, Conversation, ReportList } from '@parley/protocol';
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

const ask = (replica: Replica, user: Pick<DemoUser, 'login'>, method: string, path: string, body?: object) =>
  replica.as(user.login)(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const read = async <T>(user: Pick<DemoUser, 'login'>, path: string) =>
  (await (await ask(two, user, 'GET', path)).json()) as T;

/** An open room of `person` that `rude` has joined, and what he said there. */
async function roomWithRudeness() {
  const made = await ask(one, person, 'POST', '/api/rooms', { title: 'Lunch', open: true });
  const { id } = (await made.json()) as Conversation;
  await ask(two, rude, 'POST', `/api/rooms/${id}/join`, {});
  const socket = await connect(two, rude, id);
  const { data } = await socket.ask('sendMessage', { conversationId: id, clientId: 'c-1', text: 'rude' });
  return { id, messageId: data['id'] as string, socket };
}
async function connect(replica: Replica, { login }: Pick<DemoUser, 'login'>, conversationId: string) {
  const socket = ChatSocket.as(replica.url, await world.issuer.mint(login));
  await socket.event('welcome');
  await socket.ask('joinRoom', { conversationId });
  return socket;
}

/** Out of the room first: a line that ends there has presence read, which the end of the world does not wait for. */
const end = async (socket: ChatSocket, conversationId: string) => {
  await socket.ask('leaveRoom', { conversationId });
  socket.close();
  await socket.closed;
};

it('a member reports, an admin sees it and removes what was said before everybody’s eyes, on the other replica too', async () => {
  const { id, messageId, socket } = await roomWithRudeness();
  const reader = await connect(one, person, id);
  const report = () => ask(one, person, 'POST', `/api/rooms/${id}/reports`, { messageId, reason: 'rude' });
  expect([(await report()).status, (await report()).status]).toEqual([204, 204]);
  const { items } = await read<ReportList>(admin, '/api/admin/reports');
  expect(items.filter(({ conversationId }) => conversationId === id)).toEqual([
    expect.objectContaining({ messageId, principalId: rude.sub, reason: 'rude', message: expect.anything() }),
  ]);
  const removal = { conversationId: id, messageId, reason: 'rude' };
  expect((await ask(two, person, 'POST', '/api/admin/removals', removal)).status).toBe(403);
  expect((await ask(two, admin, 'POST', '/api/admin/removals', removal)).status).toBe(204);
  const { data } = await reader.event('entry');
  expect(data['entry']).toMatchObject({ type: 'deleted', of: messageId });
  const [after] = (await read<ReportList>(admin, '/api/admin/reports')).items;
  expect(after).not.toHaveProperty('message');
  await Promise.all([end(socket, id), end(reader, id)]);
});

it('an owner’s deletion of what a member wrote is in the audit log, once; what people delete of their own is not', async () => {
  const { id, messageId, socket } = await roomWithRudeness();
  const owner = await connect(two, person, id);
  const say = async (who: ChatSocket, clientId: string) =>
    (await who.ask('sendMessage', { conversationId: id, clientId, text: 'mine' })).data['id'] as string;
  const [his, hers] = [await say(socket, 'c-2'), await say(owner, 'c-1')];
  const erase = (who: ChatSocket, of: string) => who.ask('delete', { conversationId: id, id: of });
  expect(await erase(socket, hers)).toMatchObject({ event: 'error', data: { code: 'forbidden' } });
  for (const [who, of] of [
    [socket, his],
    [owner, hers],
    [owner, messageId],
    [owner, messageId],
  ] as const)
    expect((await erase(who, of)).event).toBe('ack');
  const { items } = await read<AuditAnswer>(admin, '/api/admin/audit');
  const { sub: whom } = rude;
  expect(items.filter(({ conversationId, what }) => conversationId === id && what === 'removeContent')).toEqual([
    expect.objectContaining({ by: expect.objectContaining({ id: person.sub }), whom, messageId }),
  ]);
  await Promise.all([end(socket, id), end(owner, id)]);
});

it('nobody reports what he cannot see', async () => {
  const { id, messageId, socket } = await roomWithRudeness();
  const report = (user: Pick<DemoUser, 'login'>, body: object) =>
    ask(one, user, 'POST', `/api/rooms/${id}/reports`, { ...body, reason: 'x' }).then(({ status }) => status);
  expect(await report(admin, { messageId })).toBe(404);
  expect(await report(person, { messageId: 'nothing' })).toBe(404);
  expect(await report(person, { principalId: admin.sub })).toBe(404);
  expect(await report(person, { messageId, principalId: rude.sub })).toBe(400);
  expect(await report(person, { principalId: rude.sub })).toBe(204);
  await end(socket, id);
});

it('a ban ends the sockets on the other replica and refuses routes and handshakes, until it is lifted', async () => {
  const { id, socket } = await roomWithRudeness();
  const path = `/api/admin/bans/${rude.sub}`;
  expect((await ask(one, person, 'PUT', path, { reason: 'rude' })).status).toBe(403);
  expect((await ask(one, admin, 'PUT', path, { reason: 'rude' })).status).toBe(204);
  expect(await socket.closed).toEqual({ code: 4403, reason: 'You may no longer take part here' });
  expect(socket.heard.at(-1)).toMatchObject({ event: 'error', data: { code: 'banned' } });
  const refused = await ask(two, rude, 'GET', '/api/rooms');
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'banned']);
  for (const { url } of [one, two])
    expect((await ChatSocket.as(url, await world.issuer.mint(rude.login)).closed).code).toBe(4403);
  expect((await read<BanList>(admin, '/api/admin/bans')).items.map(({ principalId }) => principalId)).toEqual([
    rude.sub,
  ]);
  expect((await ask(two, admin, 'DELETE', path)).status).toBe(204);
  await end(await connect(two, rude, id), id);
});

it('every act stands in the audit log, for admins only: who, what, to whom, where and why', async () => {
  const { id, messageId, socket } = await roomWithRudeness();
  // Nobody is added who was never seen here by name.
  await ask(one, admin, 'PATCH', '/api/session/me', { name: 'Ada' });
  await ask(one, person, 'POST', `/api/rooms/${id}/reports`, { messageId, reason: 'rude' });
  for (const user of [admin.sub, 'never-seen']) await ask(one, person, 'POST', `/api/rooms/${id}/members`, { user });
  for (const user of [person, rude]) await ask(two, user, 'POST', `/api/rooms/${id}/invitations`);
  const member = `/api/rooms/${id}/members/${rude.sub}`;
  for (const muted of [true, false]) await ask(one, person, 'PUT', `${member}/mute`, { muted });
  await ask(two, rude, 'POST', `/api/rooms/${id}/archive`);
  await ask(two, person, 'DELETE', member);
  // An owner's alone, and so only what was done is written down.
  for (const user of [rude, person]) await ask(two, user, 'PATCH', `/api/conversations/${id}`, { title: 'Dinner' });
  await ask(one, person, 'POST', `/api/rooms/${id}/archive`);
  await ask(one, admin, 'POST', '/api/admin/removals', { conversationId: id, messageId, reason: 'rude' });
  const { items } = await read<AuditAnswer>(admin, '/api/admin/audit');
  const acts = items.filter(({ conversationId }) => conversationId === id).reverse();
  const told = acts.map(({ what, by, whom, messageId: of, reason }) => [what, by.id, whom, of, reason]);
  expect(told).toEqual([
    ['report', person.sub, rude.sub, messageId, 'rude'],
    ['addMember', person.sub, admin.sub, undefined, undefined],
    ['invite', person.sub, undefined, undefined, undefined],
    ['mute', person.sub, rude.sub, undefined, undefined],
    ['unmute', person.sub, rude.sub, undefined, undefined],
    ['removeMember', person.sub, rude.sub, undefined, undefined],
    ['rename', person.sub, undefined, undefined, undefined],
    ['archive', person.sub, undefined, undefined, undefined],
    ['removeContent', admin.sub, undefined, messageId, 'rude'],
  ]);
  expect((await ask(one, person, 'GET', '/api/admin/audit')).status).toBe(403);
  expect((await read<AuditAnswer>(admin, '/api/admin/audit?limit=1')).next).toEqual(expect.any(String));
  await end(socket, id);
});

it('the deletion of a room is in the audit log, once; not that of a chat, nor one that was refused', async () => {
  const { id, socket } = await roomWithRudeness();
  const chat = (await (await ask(one, person, 'POST', '/api/conversations', {})).json()) as Conversation;
  const remove = async (user: DemoUser, of: string) =>
    (await ask(two, user, 'DELETE', `/api/conversations/${of}`)).status;
  expect([await remove(rude, id), await remove(admin, id)]).toEqual([403, 404]);
  expect([await remove(person, id), await remove(person, id), await remove(person, chat.id)]).toEqual([204, 404, 204]);
  const { items } = await read<AuditAnswer>(admin, '/api/admin/audit');
  expect(items.filter(({ what }) => what === 'delete')).toEqual([
    expect.objectContaining({ conversationId: id, by: expect.objectContaining({ id: person.sub }) }),
  ]);
  socket.close();
  await socket.closed;
});
