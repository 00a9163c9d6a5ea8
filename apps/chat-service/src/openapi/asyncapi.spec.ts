import { randomUUID } from 'node:crypto';
import { WireWatch, asyncApiFaults, type AsyncApiDocument } from '@parley/service-kit/testing';
import { ChatSocket } from '../testing/chat-socket';
import { PARTNER, startChat, type ChatUnderTest } from '../testing/start-chat';

let chat: ChatUnderTest;
let document: AsyncApiDocument & { asyncapi: string };
let watch: WireWatch;
const open: ChatSocket[] = [];
beforeAll(async () => {
  chat = await startChat({ text: { pieceMs: 1, pieceWords: 1 } });
  document = (await (await fetch(`${chat.url}/api/asyncapi.json`)).json()) as typeof document;
  watch = new WireWatch(document);
});
afterAll(() => chat.close());

const watched = (socket: ChatSocket) => {
  watch.over(socket.socket);
  open.push(socket);
  return socket;
};
const connect = async (user: string, life?: { expiresInMs: number }) => {
  const socket = watched(ChatSocket.as(chat.url, await chat.issuer.mint(user, life)));
  await socket.event('welcome');
  return socket;
};
const api = async (user: string, method: string, path: string, body?: object) => {
  const response = await chat.as(user)(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  return JSON.parse((await response.text()) || '{}') as Record<string, string>;
};
const makeRoom = async (more: object = {}) => {
  const room = await api('alice', 'POST', '/api/rooms', { title: 'Lunch', open: true, ...more });
  await api('bob', 'POST', `/api/rooms/${room['id']}/join`);
  return room['id']!;
};
const idOf = async (user: string) => (await api(user, 'GET', '/api/session/me'))['id']!;
const admin = () => chat.issuer.users.find(({ groups }) => groups.includes('admins'))!.login;

it('is a valid AsyncAPI 3.0 document, and says of every message what it is for', () => {
  expect(document.asyncapi).toBe('3.0.0');
  expect(asyncApiFaults(document)).toEqual([]);
  for (const [key, message] of Object.entries(document.channels['chat']!.messages))
    expect([key, message]).not.toEqual([key, expect.objectContaining({ summary: '' })]);
});

describe('what crosses /ws/chat', () => {
  it('people in a room and an assistant', async () => {
    const conversationId = await makeRoom({ assistant: 'general' });
    const [alice, bob] = [await connect('alice'), await connect('bob')];
    await bob.ask('joinRoom', { conversationId });
    await alice.ask('joinRoom', { conversationId, after: 0 });
    const { data: ack } = await alice.ask('sendMessage', { conversationId, clientId: 'a', text: 'Shall we eat?' });
    const parts = [{ type: 'text', text: '@general where?' }];
    await bob.ask('sendMessage', { conversationId, clientId: 'b', parts });
    await alice.event('delta');
    await alice.find(({ data }) => JSON.stringify(data['message'] ?? {}).includes('"assistant"'));
    await alice.ask('edit', { conversationId, id: ack['id'], text: 'Shall we go and eat?' });
    await alice.ask('delete', { conversationId, id: ack['id'] });
    await bob.event('entry');
    await alice.ask('history', { conversationId });
    await alice.ask('history', { conversationId, after: 1, limit: 2 });
    await alice.ask('presence', { conversationId });
    alice.say({ event: 'typing', data: { conversationId, typing: true } });
    alice.say({ action: 'read', conversationId, seq: 1 });
    await Promise.all([bob.event('typing'), bob.event('read'), bob.event('presence')]);
    await alice.ask('leaveRoom', { conversationId });
    await api('alice', 'DELETE', `/api/rooms/${conversationId}/members/${await idOf('bob')}`);
    await bob.event('left');
  });

  it('a message for a reader who blocks its author', async () => {
    const conversationId = await makeRoom();
    await api('bob', 'PUT', `/api/session/blocks/${await idOf('alice')}`);
    const [alice, bob] = [await connect('alice'), await connect('bob')];
    for (const one of [alice, bob]) await one.ask('joinRoom', { conversationId });
    await alice.ask('sendMessage', { conversationId, clientId: 'a', text: 'Do you hear me?' });
    expect((await bob.event('message')).data['message']).toMatchObject({ hidden: true });
    await api('bob', 'DELETE', `/api/session/blocks/${await idOf('alice')}`);
  });

  it('a guest of another origin with the flat frames of an older front end', async () => {
    const address = chat.url.replace('http', 'ws') + '/ws/chat/?sessionId=shop-1';
    const guest = watched(new ChatSocket(address, [], { headers: { origin: PARTNER } }));
    const { data } = await guest.event('welcome');
    guest.say({ action: 'sendMessage', clientId: 'g', message: 'Do you have shoes?', ref: 'g' });
    await guest.find(({ ref }) => ref === 'g');
    await guest.ask('tokenRefresh', { session: data['session'] });
  });

  it('a token that ends, and its successor', async () => {
    const alice = await connect('alice', { expiresInMs: 20_000 });
    await alice.event('tokenExpiring');
    const { event } = await alice.ask('tokenRefresh', { token: await chat.issuer.mint('alice') });
    expect(event).toBe('tokenRefreshed');
    await alice.ask('tokenRefresh', { token: await chat.issuer.mint('bob') });
  });

  it('a reader who falls behind', async () => {
    const conversationId = await makeRoom();
    const author = { kind: 'user', id: await idOf('alice'), name: 'Alice' } as const;
    // Three bytes a character: one frame of these fills more of the line than a person may send at once.
    const parts = [{ type: 'text' as const, text: '€'.repeat(16_000) }];
    for (let n = 0; n < 200; n += 1) {
      const draft = { type: 'message', role: 'user', author, parts, clientId: `m${n}` } as const;
      await chat.store.append(author.id, conversationId, draft, `m${n}`);
    }
    const [alice, bob] = [await connect('alice'), await connect('bob')];
    for (const one of [alice, bob]) await one.ask('joinRoom', { conversationId });
    const isBehind = () => bob.heard.some(({ event }) => event === 'behind');
    // How much the system takes for a reader who reads nothing is not known: a little more each time.
    for (let limit = 20; limit <= 200 && !isBehind(); limit += 20) {
      bob.socket.pause();
      bob.say({ event: 'history', data: { conversationId, limit } });
      // Frames are handled in their order, so the page is in the line once this was heard.
      bob.say({ event: 'read', data: { conversationId, seq: limit } });
      await alice.find(({ event, data }) => event === 'read' && data['seq'] === limit);
      const { data } = await alice.ask('sendMessage', { conversationId, clientId: `n${limit}`, text: 'And you?' });
      bob.socket.resume();
      await bob.find(({ event }) => event === 'behind' || bob.liveSeqs.includes(data['seq'] as number));
    }
    const { data } = await bob.event('behind');
    await bob.ask('history', { conversationId, after: (data['head'] as number) - 1 });
  });

  it('every refusal', async () => {
    const conversationId = await makeRoom({ assistant: 'general' });
    const alice = await connect('alice');
    const send = (more: object, to = conversationId) =>
      alice.ask('sendMessage', { conversationId: to, clientId: randomUUID(), ...more });
    await alice.ask('nonsense', {});
    await alice.ask('joinRoom', { conversationId: 'no' });
    await alice.ask('joinRoom', { conversationId: randomUUID() });
    await alice.ask('history', { conversationId, limit: 0 });
    await send({});
    await send({ text: '  ' });
    await send({ text: 'x'.repeat(16_001) });
    await send({ parts: [{ type: 'file', url: 'x' }] });
    await send({ parts: Array.from({ length: 2 }, () => ({ type: 'text', text: 'x'.repeat(16_000) })) });
    await alice.ask('edit', { conversationId, id: 'nothing', text: 'x' });
    await api(admin(), 'PUT', '/api/admin/assistants/general', { enabled: false });
    await send({ text: '@general are you there?' });
    await alice.find(({ data }) => data['code'] === 'assistant_off');
    await api(admin(), 'PUT', '/api/admin/assistants/general', { enabled: true });

    const bob = await connect('bob');
    await bob.ask('joinRoom', { conversationId });
    await api('alice', 'PUT', `/api/rooms/${conversationId}/members/${await idOf('bob')}/mute`, { muted: true });
    await bob.ask('sendMessage', { conversationId, clientId: 'b', text: 'but' });
    await api('alice', 'POST', `/api/rooms/${conversationId}/archive`);
    await send({ text: 'is it over?' });
    for (let n = 0; n < 200; n += 1) bob.say({ event: 'nothing', data: {}, ref: `n${n}` });
    await bob.find(({ data }) => data['code'] === 'too_fast');
  });

  it('connections that are not let in, or end', async () => {
    const carol = await connect('carol');
    const more = async () => watched(ChatSocket.as(chat.url, await chat.issuer.mint('carol')));
    const many = await Promise.all(Array.from({ length: 10 }, more));
    await Promise.all(many.map((socket) => socket.find(({ event }) => event === 'welcome' || event === 'error')));
    const id = await idOf('carol');
    await api(admin(), 'PUT', `/api/admin/bans/${id}`, { reason: 'rude' });
    await carol.find(({ data }) => data['code'] === 'banned');
    await api(admin(), 'DELETE', `/api/admin/bans/${id}`);
    const alice = await connect('alice');
    const told = alice.event('error');
    await chat.service.stop();
    expect((await told).data['code']).toBe('restarting');
  });
});

it('is what the document says: every frame of it, and no message in it that did not cross', () => {
  expect(watch.faults).toEqual([]);
  expect(watch.unseen).toEqual([]);
  expect([...watch.errorCodes].sort()).toEqual([
    'assistant_off',
    'banned',
    'conversation_archived',
    'conversation_not_found',
    'forbidden',
    'invalid_frame',
    'invalid_token',
    'not_found',
    'part_not_supported',
    'restarting',
    'too_fast',
    'too_large',
    'too_many_connections',
    'unknown_event',
  ]);
});
