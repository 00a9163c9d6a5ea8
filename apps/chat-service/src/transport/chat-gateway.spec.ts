import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { textOf, type Message } from '@parley/protocol';
import { ChatSocket } from '../testing/chat-socket';
import { ORIGIN, PARTNER, startChat, type ChatUnderTest } from '../testing/start-chat';

let chat: ChatUnderTest;
const open: ChatSocket[] = [];
beforeAll(async () => {
  chat = await startChat({ text: { pieceMs: 1, pieceWords: 1 } });
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});
afterAll(() => chat.close());

const connect = async (user: string, path?: string) => {
  const socket = ChatSocket.as(chat.url, await chat.issuer.mint(user), path);
  open.push(socket);
  await socket.event('welcome');
  return socket;
};
const guest = async (path: string, options: object = {}, protocols: string[] = []) => {
  const socket = new ChatSocket(chat.url.replace('http', 'ws') + path, protocols, options);
  open.push(socket);
  return { socket, welcome: (await socket.event('welcome')).data };
};
const api = async (user: string, method: string, path: string, body?: object) => {
  const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await chat.as(user)(path, init);
  const text = await response.text();
  return { status: response.status, json: JSON.parse(text || '{}') as Record<string, string> };
};
const makeRoom = async (more: object = {}) => {
  const { json } = await api('alice', 'POST', '/api/rooms', { title: 'Lunch', open: true, ...more });
  await api('bob', 'POST', `/api/rooms/${json['id']}/join`);
  return json['id'] as string;
};
const messageOf = ({ data }: { data: Record<string, unknown> }) => data['message'] as Message;

it('is welcomed before anything is answered, however wrong and early it was said', async () => {
  const socket = ChatSocket.as(chat.url, await chat.issuer.mint('alice'));
  open.push(socket);
  await once(socket.socket, 'open');
  socket.socket.send('{');
  socket.socket.send(Buffer.of(1, 2));
  socket.say({ event: 'nonsense', data: {}, ref: 'last' });
  await socket.find(({ ref }) => ref === 'last');
  expect(socket.heard.map(({ event, data }) => [event, data['code']])).toEqual([
    ['welcome', undefined],
    ['error', 'invalid_frame'],
    ['error', 'invalid_frame'],
    ['error', 'unknown_event'],
  ]);
});

describe('rooms over HTTP', () => {
  it('are made, listed, joined by invitation once, left, and closed', async () => {
    const made = await api('alice', 'POST', '/api/rooms', { title: 'Plans' });
    expect([made.status, made.json]).toMatchObject([201, { kind: 'room', title: 'Plans', open: false, guests: false }]);
    const path = `/api/rooms/${made.json['id']}`;
    expect((await api('bob', 'POST', `${path}/join`, {})).status).toBe(404);
    const { json: invitation, status } = await api('alice', 'POST', `${path}/invitations`);
    expect([status, Date.parse(invitation['expiresAt']!) > Date.now()]).toEqual([201, true]);
    expect((await api('bob', 'POST', `${path}/join`, invitation)).json['members']).toHaveLength(2);
    expect((await api('carol', 'POST', `${path}/join`, invitation)).json).toMatchObject({
      code: 'conversation_not_found',
    });
    expect(JSON.stringify((await api('bob', 'GET', '/api/rooms')).json)).toContain('Plans');
    expect((await api('bob', 'POST', `${path}/archive`)).status).toBe(403);
    expect((await api('bob', 'POST', `${path}/leave`)).status).toBe(204);
    expect((await api('bob', 'GET', `/api/conversations/${made.json['id']}`)).status).toBe(404);
    expect((await api('alice', 'POST', `${path}/archive`)).status).toBe(204);
  });

  it('take a user who was seen here, and answer one who never was alike', async () => {
    const id = await makeRoom({ open: false });
    await api('carol', 'PATCH', '/api/session/me', { name: 'Carol' });
    const { json: carol } = await api('carol', 'GET', '/api/session/me');
    const add = (user: string, by = 'alice') => api(by, 'POST', `/api/rooms/${id}/members`, { user });
    const [seen, unseen] = [await add(carol['id']!), await add(randomUUID())];
    expect([seen.status, unseen.status]).toEqual([201, 201]);
    expect(Object.keys(seen.json)).toEqual(Object.keys(unseen.json));
    expect((await add(carol['id']!, 'carol')).status).toBe(403);
    const { json } = await api('alice', 'GET', `/api/conversations/${id}`);
    expect((json['members'] as unknown as { name: string }[]).map(({ name }) => name)).toContain('Carol');
    expect(json['members']).toHaveLength(2);
  });
});

describe('/ws/chat', () => {
  it('welcomes, joins, and gives a message to everybody once with one place in the log', async () => {
    const id = await makeRoom();
    const [alice, bob] = [await connect('alice'), await connect('bob', '/ws/chat/?sessionId=tab-1')];
    expect((await alice.event('welcome')).data).toMatchObject({ principal: { kind: 'user' }, version: 'parley.v1' });
    expect((await bob.event('welcome')).data).toMatchObject({ sessionId: 'tab-1' });
    for (const one of [alice, bob])
      expect((await one.ask('joinRoom', { conversationId: id })).data).toEqual({
        conversationId: id,
        head: 0,
        items: [],
      });
    const ack = await alice.ask('sendMessage', { conversationId: id, clientId: 'm-1', text: 'Hello' });
    expect(ack).toMatchObject({ event: 'ack', data: { conversationId: id, clientId: 'm-1', seq: 1 } });
    const again = await alice.ask('sendMessage', { conversationId: id, clientId: 'm-1', text: 'Hello' });
    expect(again.data).toEqual(ack.data);
    await bob.ask('sendMessage', { conversationId: id, clientId: 'm-1', parts: [{ type: 'text', text: 'Hi' }] });
    for (const one of [alice, bob]) {
      await one.find(({ event, data }) => event === 'message' && messageOf({ data }).seq === 2);
      expect(one.liveSeqs).toEqual([1, 2]);
    }
    expect(messageOf(await bob.event('message'))).toMatchObject({ id: ack.data['id'], clientId: 'm-1' });
  });

  it('takes the flat frames of API Gateway front ends, and answers every bad one', async () => {
    const id = await makeRoom();
    const alice = await connect('alice');
    alice.say({ action: 'joinRoom', conversationId: id, ref: 'j' });
    await alice.find(({ ref }) => ref === 'j');
    alice.say({ action: 'sendMessage', conversationId: id, clientId: 'old', message: 'from before', ref: 's' });
    expect(await alice.find(({ ref }) => ref === 's')).toMatchObject({ event: 'ack', data: { seq: 1 } });
    expect(textOf(messageOf(await alice.event('message')).parts)).toBe('from before');
    const send = (more: object) => alice.ask('sendMessage', { conversationId: id, clientId: 'x', ...more });
    const answers = [
      await alice.ask('nonsense', {}),
      await send({}),
      await send({ text: '  ' }),
      await send({ text: 'x'.repeat(16_001) }),
      await send({ parts: [{ type: 'file', url: 'x' }] }),
      await alice.ask('joinRoom', { conversationId: randomUUID() }),
      await alice.ask('typing', { conversationId: randomUUID(), typing: true }),
      await alice.ask('edit', { conversationId: id, id: 'nothing', text: 'x' }),
    ];
    expect(answers.map(({ data }) => data['code'])).toEqual([
      'unknown_event',
      'invalid_frame',
      'invalid_frame',
      'invalid_frame',
      'part_not_supported',
      'conversation_not_found',
      'conversation_not_found',
      'not_found',
    ]);
    alice.socket.send('no frame at all');
    await alice.find(
      ({ event, data }) => event === 'error' && data['code'] === 'invalid_frame' && !('details' in data),
    );
  });

  it('gives who comes back exactly what was missed, edits and deletions included, and pages both ways', async () => {
    const id = await makeRoom();
    const alice = await connect('alice');
    await alice.ask('joinRoom', { conversationId: id });
    const acks = [];
    for (const text of ['one', 'two', 'three'])
      acks.push(await alice.ask('sendMessage', { conversationId: id, clientId: text, text }));
    await alice.ask('edit', { conversationId: id, id: acks[0]!.data['id'], text: 'uno' });
    expect((await alice.ask('delete', { conversationId: id, id: acks[1]!.data['id'] })).data).toMatchObject({ seq: 5 });
    const bob = await connect('bob');
    const { items, head } = (await bob.ask('joinRoom', { conversationId: id, after: 2 })).data as never as {
      items: { type: string; seq: number }[];
      head: number;
    };
    expect([head, items.map(({ type, seq }) => `${seq} ${type}`)]).toEqual([5, ['3 message', '4 edited', '5 deleted']]);
    const view = await bob.ask('history', { conversationId: id, before: 6, limit: 5 });
    expect((view.data['items'] as Message[]).map(({ parts }) => textOf(parts))).toEqual(['uno', 'three']);
    const log = await bob.ask('history', { conversationId: id, after: 0, limit: 2 });
    expect(log.data).toMatchObject({ head: 5, items: [{ seq: 1 }, { seq: 2 }] });
    expect(bob.liveSeqs).toEqual([]);
  });

  it('tells the others who types, who has read, who is there; unread and last message come with the list', async () => {
    const id = await makeRoom();
    const [alice, bob] = [await connect('alice'), await connect('bob')];
    await bob.ask('joinRoom', { conversationId: id });
    await alice.ask('joinRoom', { conversationId: id });
    expect((await bob.event('presence')).data).toMatchObject({ members: [{ online: true }] });
    await alice.ask('sendMessage', { conversationId: id, clientId: 'a', text: 'read me' });
    alice.say({ event: 'typing', data: { conversationId: id, typing: true } });
    expect((await bob.event('typing')).data).toMatchObject({ typing: true, principal: { kind: 'user' } });
    const unread = async () =>
      ((await api('bob', 'GET', '/api/rooms')).json['items'] as unknown as { id: string; unread: number }[]).find(
        (room) => room.id === id,
      )!;
    expect(await unread()).toMatchObject({ unread: 1, lastMessage: { seq: 1 } });
    bob.say({ event: 'read', data: { conversationId: id, seq: 999 } });
    expect((await alice.event('read')).data).toMatchObject({ seq: 1 });
    expect((await unread()).unread).toBe(0);
    const { data } = await alice.ask('presence', { conversationId: id });
    expect((data['members'] as { online: boolean }[]).map(({ online }) => online)).toEqual([true, true]);
    bob.close();
    await alice.find(
      ({ event, data }) => event === 'presence' && (data['members'] as { online: boolean }[])[0]?.online === false,
    );
    expect(alice.heard.filter(({ event }) => event === 'typing')).toEqual([]);
  });

  it('tells of an assistant in the room under the name that people know', async () => {
    const { json } = await api('alice', 'POST', '/api/rooms', { title: 'Lunch', assistant: 'general' });
    const alice = await connect('alice');
    const { data } = await alice.ask('presence', { conversationId: json['id'] });
    const assistant = { kind: 'assistant', id: 'general', name: 'Parley' };
    expect(data['members']).toContainEqual({ principal: assistant, online: true });
  });

  it('ends hearing with leaving, with removal, and writing with a mute', async () => {
    const id = await makeRoom();
    const [alice, bob] = [await connect('alice'), await connect('bob')];
    for (const one of [alice, bob]) await one.ask('joinRoom', { conversationId: id });
    const { json: me } = await api('bob', 'GET', '/api/session/me');
    const member = `/api/rooms/${id}/members/${me['id']}`;
    expect((await api('alice', 'PUT', `${member}/mute`, { muted: true })).status).toBe(204);
    const muted = await bob.ask('sendMessage', { conversationId: id, clientId: 'b', text: 'but' });
    expect(muted.data['code']).toBe('forbidden');
    expect((await api('alice', 'DELETE', member)).status).toBe(204);
    expect((await bob.event('left')).data).toEqual({ conversationId: id, reason: 'removed' });
    await alice.ask('sendMessage', { conversationId: id, clientId: 'a', text: 'he is gone' });
    expect((await bob.ask('history', { conversationId: id })).data['code']).toBe('conversation_not_found');
    expect((await alice.ask('leaveRoom', { conversationId: id })).event).toBe('left');
    await alice.ask('sendMessage', { conversationId: id, clientId: 'b', text: 'nobody hears this live' });
    expect([alice.liveSeqs, bob.liveSeqs]).toEqual([[1], []]);
  });

  it('answers more than sixty frames at once with too_fast', async () => {
    const alice = await connect('alice');
    for (let n = 0; n < 200; n += 1) alice.say({ event: 'nothing', data: {}, ref: `n${n}` });
    await alice.find(({ ref }) => ref === 'n199');
    const codes = alice.heard.flatMap(({ event, data }) => (event === 'error' ? [data['code']] : []));
    expect(codes.slice(0, 60)).toEqual(Array(60).fill('unknown_event'));
    expect(codes).toContain('too_fast');
  });
});

describe('an assistant in a room', () => {
  it('answers who speaks to it, for everybody to read along, and stays silent otherwise', async () => {
    const id = await makeRoom({ assistant: 'general' });
    const [alice, bob] = [await connect('alice'), await connect('bob')];
    for (const one of [alice, bob]) await one.ask('joinRoom', { conversationId: id });
    await alice.ask('sendMessage', { conversationId: id, clientId: 'a', text: 'Shall we eat?' });
    await alice.ask('sendMessage', { conversationId: id, clientId: 'b', text: '@general where can we eat?' });
    const answer = await bob.find(({ event, data }) => event === 'message' && messageOf({ data }).role === 'assistant');
    expect(messageOf(answer)).toMatchObject({ seq: 3, author: { kind: 'assistant', id: 'general' } });
    const deltas = bob.heard.filter(({ event }) => event === 'delta').map(({ data }) => data);
    expect(new Set(deltas.map((delta) => delta['id']))).toEqual(new Set([messageOf(answer).id]));
    let text = '';
    for (const delta of deltas) {
      expect(delta['offset']).toBe(text.length);
      text += delta['text'];
    }
    expect(text).toBe(textOf(messageOf(answer).parts));
    await alice.find(({ data }) => messageOf({ data })?.seq === 3);
    expect(alice.liveSeqs).toEqual([1, 2, 3]);
  });

  it('answers two questions that came together, each with what is asked in it, one after the other', async () => {
    const id = await makeRoom({ assistant: 'general' });
    const alice = await connect('alice');
    await alice.ask('joinRoom', { conversationId: id });
    await Promise.all(
      ['one', 'two'].map((text) =>
        alice.ask('sendMessage', { conversationId: id, clientId: text, text: `@general what is ${text}?` }),
      ),
    );
    const answers = () => alice.heard.map((frame) => messageOf(frame)).filter((said) => said?.role === 'assistant');
    await alice.find(() => answers().length === 2);
    const said = answers().map(({ parts }) => textOf(parts));
    for (const text of ['one', 'two'])
      expect(said.filter((answer) => answer.includes(`what is ${text}?”`))).toHaveLength(1);
  });

  it('answers a member who asks first, in a room that somebody else made', async () => {
    const id = await makeRoom({ assistant: 'general' });
    const bob = await connect('bob');
    await bob.ask('joinRoom', { conversationId: id });
    await bob.ask('sendMessage', { conversationId: id, clientId: 'a', text: '@general where can we eat?' });
    const answer = await bob.find(({ event, data }) => event === 'message' && messageOf({ data }).role === 'assistant');
    expect(messageOf(answer)).toMatchObject({ seq: 2, author: { kind: 'assistant', id: 'general' } });
  });
});

describe('a guest at the older front end’s address', () => {
  const path = '/ws/chat/?sessionId=shop-42';

  it('gets a session in the welcome where there is no own origin, and finds its history by it', async () => {
    const first = await guest(path, { headers: { origin: PARTNER } });
    expect(first.welcome).toMatchObject({ principal: { kind: 'guest' }, sessionId: 'shop-42' });
    expect(first.welcome).not.toHaveProperty('conversationId');
    const session = first.welcome['session'] as string;
    first.socket.say({ action: 'sendMessage', clientId: 'g-1', message: 'Do you have shoes?' });
    const { data } = await first.socket.event('ack');
    const answer = await first.socket.find(({ data }) => messageOf({ data })?.role === 'assistant');
    expect(messageOf(answer).seq).toBe(2);
    expect(first.socket.liveSeqs).toEqual([1, 2]);

    const again = await guest(path, { headers: { origin: PARTNER } }, ['parley.v1', `guest.${session}`]);
    expect(again.welcome).toMatchObject({ sessionId: 'shop-42', conversationId: data['conversationId'] });
    const history = await again.socket.ask('history', { conversationId: data['conversationId'] });
    expect(history.data['items']).toHaveLength(2);

    // The same label without the session is somebody else.
    const stranger = await guest(path, { headers: { origin: PARTNER } });
    expect(stranger.welcome).not.toHaveProperty('conversationId');
    const foreign = await stranger.socket.ask('history', { conversationId: data['conversationId'] });
    expect(foreign.data['code']).toBe('conversation_not_found');
  });

  it('gets a cookie and no session on the own origin', async () => {
    const { welcome } = await guest(path, { headers: { origin: ORIGIN } });
    expect(welcome).toMatchObject({ principal: { kind: 'guest' } });
    expect(welcome).not.toHaveProperty('session');
  });
});
