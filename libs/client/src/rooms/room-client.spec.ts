import { textOf, type Part } from '@parley/protocol';
import { toUiMessages } from '../chat/ui-messages';
import { until } from '../core/observable';
import { FakeClock } from '../../test/fake-clock';
import { FakeNetwork } from '../../test/fake-network';
import { startRoomServer } from '../../test/room-server';
import { hasty } from '../../test/voice-line';
import type { Room } from './room';
import { RoomClient, type RoomClientOptions } from './room-client';

const ID = 'conversation-0001';
let server: Awaited<ReturnType<typeof startRoomServer>>;
const clients: RoomClient[] = [];
beforeEach(async () => void (server = await startRoomServer()));
afterEach(async () => {
  clients.splice(0).forEach((client) => client.close());
  await server.close();
});

let tokens = 0;
function open(options: Partial<RoomClientOptions> = {}): RoomClient {
  const tokenSource = { token: () => Promise.resolve(`token-${(tokens += 1)}`) };
  const client = new RoomClient({ tokenSource, baseUrl: server.url, clock: hasty, ...options });
  clients.push(client);
  client.open();
  return client;
}
const named =
  (name: string) =>
  (state: { name: string }): boolean =>
    state.name === name;
const joined = (room: Room) => until(room.state, named('joined'));
async function enter(options?: Partial<RoomClientOptions>) {
  const client = open(options);
  const room = client.join(ID);
  await joined(room);
  return { client, room };
}
const textsOf = (room: Room): string[] =>
  room.entries.get().map((entry) => (entry.type === 'message' ? textOf(entry.parts) : entry.type));
const shows = (room: Room, ...texts: string[]) =>
  until(room.entries, () => JSON.stringify(textsOf(room)) === JSON.stringify(texts));

describe('RoomClient, connecting', () => {
  it('is online once it was welcomed, with who one is', async () => {
    const client = open();
    expect(await until(client.state, named('online'))).toMatchObject({ me: { id: 'alice' } });
  });

  it('joins again over each new line with what it knows, and gets exactly what it missed', async () => {
    server.say(ID, 'one');
    const { client, room } = await enter();
    expect(textsOf(room)).toEqual(['one']);
    const again = server.next('joinRoom');
    server.cut();
    await until(client.state, named('reconnecting'));
    expect(room.state.get().name).toBe('joining');
    server.say(ID, 'two');
    server.append(ID, { type: 'deleted', of: 'm-1' });
    expect((await again).data).toEqual({ conversationId: ID, after: 1 });
    await joined(room);
    expect(textsOf(room)).toEqual(['one', 'two', 'deleted']);
  });

  it('reads on in pages when more was missed than one answer holds', async () => {
    for (let n = 1; n <= 450; n++) server.say(ID, String(n));
    const client = open();
    const room = client.join(ID, { after: 10 });
    await joined(room);
    expect(textsOf(room)).toEqual(Array.from({ length: 440 }, (_, n) => String(n + 11)));
    expect(server.heard.filter(({ event }) => event === 'history').map(({ data }) => data['after'])).toEqual([
      210, 410,
    ]);
  });

  it('goes on looking for its line as long as it takes', async () => {
    const clock = new FakeClock();
    const { client } = await enter({ clock });
    const { close } = server;
    await close();
    await until(client.state, named('reconnecting'));
    for (let n = 2; n < 12; n++) {
      clock.advance(clock.nextInMs!);
      await until(client.state, (state) => state.name === 'reconnecting' && state.attempt === n);
    }
    expect(client.state.get().name).toBe('reconnecting');
  });

  it('tries at once when the machine is online again', async () => {
    const network = new FakeNetwork();
    const { client, room } = await enter({ clock: new FakeClock(), network });
    network.isOnline = false;
    server.cut();
    expect(await until(client.state, named('reconnecting'))).toMatchObject({ isOffline: true });
    network.comeBack();
    await joined(room);
  });

  it('brings a new token when the old one ends', async () => {
    await enter();
    const renewed = server.next('tokenRefresh');
    server.toAll('tokenExpiring', { expiresInMs: 60_000 });
    expect((await renewed).data).toEqual({ token: `token-${tokens}` });
  });

  it('has the sign-in looked at when it was signed out elsewhere, and ends', async () => {
    const wishes: unknown[] = [];
    const token = (wish?: object) => Promise.resolve(`token-${wishes.push(wish)}`);
    const { client } = await enter({ tokenSource: { token } });
    server.closeWith(4401, 'Signed out');
    expect(await until(client.state, named('failed'))).toMatchObject({ error: { code: 'signed_out' } });
    expect(wishes).toEqual([{ refused: undefined }, { refused: 'token-1' }]);
  });

  it('makes no other guest of one who was erased', async () => {
    let asked = 0;
    const token = () => Promise.resolve(`g1.session-${(asked += 1)}`);
    const { client } = await enter({ tokenSource: { credential: 'guest', token } });
    server.closeWith(4401, 'Signed out');
    await until(client.state, named('failed'));
    expect(asked).toBe(1);
  });

  it('ends when a newer connection takes its place', async () => {
    const { client } = await enter();
    server.closeWith(4409);
    expect(await until(client.state, named('closed'))).toMatchObject({ reason: 'replaced' });
  });
});

describe('a room', () => {
  it('says who refused it, and does not try again', async () => {
    server.intercept(({ event }, answer) => {
      if (event !== 'joinRoom') return false;
      answer('error', { code: 'conversation_not_found', kind: 'invalid', message: 'There is none' });
      return true;
    });
    const room = open().join(ID);
    expect(await until(room.state, named('refused'))).toMatchObject({ error: { code: 'conversation_not_found' } });
  });

  it('enters later when the service is busy', async () => {
    let refusals = 2;
    server.intercept(({ event }, answer) => {
      if (event !== 'joinRoom' || refusals === 0) return false;
      refusals -= 1;
      answer('error', { code: 'too_fast', kind: 'unavailable', message: 'Slower', retryAfterMs: 1 });
      return true;
    });
    await joined(open().join(ID));
    expect(refusals).toBe(0);
  });

  it('reads from the history what a live message shows to be missing, and shows nothing out of order', async () => {
    const { room } = await enter();
    server.say(ID, 'one', {}, { quietly: true });
    server.say(ID, 'two');
    await shows(room, 'one', 'two');
    expect(server.heard.filter(({ event }) => event === 'history').map(({ data }) => data['after'])).toEqual([0]);
  });

  it('catches up when it is told that it is behind', async () => {
    const { room } = await enter();
    server.say(ID, 'one', {}, { quietly: true });
    server.broadcast(ID, 'behind', { head: 1 });
    await shows(room, 'one');
  });

  it('loads what came before', async () => {
    for (let n = 1; n <= 60; n++) server.say(ID, String(n));
    const { room } = await enter();
    expect(textsOf(room)[0]).toBe('11');
    await expect(room.loadEarlier(8)).resolves.toBe(true);
    expect(textsOf(room)[0]).toBe('3');
    expect(room.hasEarlier).toBe(true);
    await expect(room.loadEarlier()).resolves.toBe(false);
    expect([textsOf(room).length, room.hasEarlier]).toEqual([60, false]);
  });

  it('has nothing earlier to load once all of that turned out to be deleted', async () => {
    for (let n = 1; n <= 52; n++) server.say(ID, String(n));
    const { room } = await enter();
    expect(room.hasEarlier).toBe(true);
    server.intercept(({ event }, answer) => {
      if (event !== 'history') return false;
      answer('history', { conversationId: ID, items: [], head: 52 });
      return true;
    });
    await expect(room.loadEarlier()).resolves.toBe(false);
    expect([textsOf(room).length, room.hasEarlier]).toEqual([50, false]);
  });

  it('changes and takes back what was said', async () => {
    const { room } = await enter();
    const { id } = await room.send('helo');
    await room.edit(id, 'hello');
    await room.remove(id);
    expect(room.entries.get().map(({ type }) => type)).toEqual(['message', 'edited', 'deleted']);
  });

  it('reads what it knows again when somebody was blocked, with what came meanwhile', async () => {
    const known = [server.say(ID, 'rude'), server.say(ID, 'kind')];
    const { client, room } = await enter();
    Object.assign(known[0]!, { parts: [], hidden: true });
    server.append(ID, { type: 'edited', of: 'm-2', parts: [{ type: 'text', text: 'kinder' }] });
    await client.readAgain();
    server.say(ID, 'later');
    await shows(room, '', 'kind', 'edited', 'later');
    expect(room.entries.get()[0]).toMatchObject({ hidden: true });
    const shown = toUiMessages(room.entries.get());
    expect(shown.map(({ metadata, parts }) => [metadata?.hidden, textOf(parts as Part[])])).toEqual([
      [true, ''],
      [undefined, 'kinder'],
      [undefined, 'later'],
    ]);
  });

  it('is told no more once it was left', async () => {
    const { client, room } = await enter();
    const left = server.next('leaveRoom');
    client.leave(ID);
    await left;
    expect(room.state.get().name).toBe('left');
    server.say(ID, 'one');
    const other = client.join('conversation-0002');
    await joined(other);
    expect(textsOf(room)).toEqual([]);
  });
});

describe('a person who is taken out of a room', () => {
  it('sees that, nobody there any more, and is let in anew by joining again', async () => {
    const { client, room } = await enter();
    server.broadcast(ID, 'left', { reason: 'removed' });
    await until(room.state, named('removed'));
    expect(room.members.get()).toEqual([]);
    const again = client.join(ID);
    expect(again).not.toBe(room);
    await joined(again);
    server.say(ID, 'welcome back');
    await shows(again, 'welcome back');
    expect(textsOf(room)).toEqual([]);
  });

  it('does not enter it again by itself over a new line', async () => {
    const { client, room } = await enter();
    server.broadcast(ID, 'left', { reason: 'removed' });
    await until(room.state, named('removed'));
    server.cut();
    await until(client.state, named('reconnecting'));
    const other = client.join('conversation-0002');
    await joined(other);
    expect(room.state.get().name).toBe('removed');
    expect(server.heard.filter(({ event, data }) => event === 'joinRoom' && data.conversationId === ID)).toHaveLength(
      1,
    );
  });
});

describe('a message that is sent', () => {
  it('waits until it is in the log', async () => {
    const { room } = await enter();
    const sent = room.send('hello');
    expect(room.outgoing.get()).toMatchObject([{ text: 'hello' }]);
    await expect(sent).resolves.toMatchObject({ id: 'm-1', seq: 1 });
    expect(room.outgoing.get()).toEqual([]);
    expect(textsOf(room)).toEqual(['hello']);
  });

  it('is in the log once when its acknowledgement was lost with the line', async () => {
    const { room } = await enter();
    let cut = false;
    server.intercept(({ event, data }, _, socket) => {
      if (event !== 'sendMessage' || cut) return false;
      cut = true;
      const { clientId, text } = data as unknown as { clientId: string; text: string };
      server.say(ID, text, { clientId }, { quietly: true });
      socket.terminate();
      return true;
    });
    await expect(room.send('hello', 'mine')).resolves.toMatchObject({ clientId: 'mine', seq: 1 });
    await joined(room);
    expect(textsOf(room)).toEqual(['hello']);
  });

  it('goes out with the same id over the next line when it never arrived, in its order', async () => {
    const { room } = await enter();
    let losses = 1;
    server.intercept(({ event }, _, socket) => {
      if (event !== 'sendMessage' || losses === 0) return false;
      losses -= 1;
      socket.terminate();
      return true;
    });
    await Promise.all([room.send('one', 'first'), room.send('two', 'second')]);
    expect(textsOf(room)).toEqual(['one', 'two']);
    const sent = server.heard.filter(({ event }) => event === 'sendMessage').map(({ data }) => data['clientId']);
    expect(sent).toEqual(['first', 'first', 'second']);
  });

  it('waits as long as it is told when it came too fast', async () => {
    const { room } = await enter();
    let refusals = 1;
    server.intercept(({ event }, answer) => {
      if (event !== 'sendMessage' || refusals === 0) return false;
      refusals -= 1;
      answer('error', { code: 'too_fast', kind: 'unavailable', message: 'Slower', retryAfterMs: 5 });
      return true;
    });
    await expect(room.send('hello')).resolves.toMatchObject({ seq: 1 });
  });

  it('stays there with the reason when it is refused, until it is taken away, and holds up no other', async () => {
    const { room } = await enter();
    server.intercept(({ event, data }, answer) => {
      if (event !== 'sendMessage' || data['clientId'] !== ('bad' as never)) return false;
      answer('error', { code: 'forbidden', kind: 'denied', message: 'The room is archived' });
      return true;
    });
    await expect(room.send('no', 'bad')).rejects.toMatchObject({ code: 'forbidden' });
    await room.send('yes');
    expect(room.outgoing.get()).toMatchObject([{ clientId: 'bad', error: { message: 'The room is archived' } }]);
    room.forget('bad');
    expect(room.outgoing.get()).toEqual([]);
  });
});

describe('what happens beside the messages', () => {
  const bob = { kind: 'user' as const, id: 'bob', name: 'Bob' };

  it('shows who types, until their message comes or too long passed', async () => {
    const clock = new FakeClock();
    const { room } = await enter({ clock });
    server.broadcast(ID, 'typing', { principal: bob, typing: true });
    await until(room.typing, (people) => people[0]?.name === 'Bob');
    server.say(ID, 'done');
    await until(room.typing, (people) => people.length === 0);
    server.broadcast(ID, 'typing', { principal: bob, typing: true });
    await until(room.typing, (people) => people.length === 1);
    clock.advance(8_000);
    expect(room.typing.get()).toEqual([]);
  });

  it('says that one types now and then, and when one stops', async () => {
    const clock = new FakeClock();
    const { room } = await enter({ clock });
    for (let n = 0; n < 10; n++) {
      room.keyPressed();
      clock.advance(500);
    }
    clock.advance(4_000);
    room.read(1);
    while (server.heard.at(-1)?.event !== 'read') await server.next('read');
    const said = server.heard.filter(({ event }) => event === 'typing').map(({ data }) => data['typing']);
    expect(said).toEqual([true, true, false]);
  });

  it('shows who is there', async () => {
    const { room } = await enter();
    await until(room.members, (members) => members.length === 1);
    server.broadcast(ID, 'presence', { members: [{ principal: bob, online: true }] });
    await until(room.members, (members) => members.map(({ person }) => person.id).join() === 'alice,bob');
  });

  it('shows an answer while it is written, and then its message instead', async () => {
    const { room } = await enter();
    server.broadcast(ID, 'delta', { id: 'm-1', offset: 0, text: 'It opens' });
    server.broadcast(ID, 'delta', { id: 'm-1', offset: 8, text: ' at ten.' });
    await until(room.drafts, (drafts) => drafts[0]?.text === 'It opens at ten.');
    server.say(ID, 'It opens at ten.', { role: 'assistant' });
    await until(room.drafts, (drafts) => drafts.length === 0);
    expect(textsOf(room)).toEqual(['It opens at ten.']);
  });

  it('keeps how far the others have read, and says again how far oneself has', async () => {
    const { client, room } = await enter();
    server.broadcast(ID, 'read', { principal: bob, seq: 4 });
    await until(room.reads, (reads) => reads.get('bob') === 4);
    room.read(3);
    room.read(2);
    await until(client.state, named('online'));
    const again = server.next('joinRoom').then(() => server.next('read'));
    server.cut();
    expect((await again).data).toEqual({ conversationId: ID, seq: 3 });
  });

  it('lives on through frames it does not understand', async () => {
    const { client, room } = await enter();
    server.toAll('somethingNew', { conversationId: ID });
    server.toAll('message', { conversationId: 'unknown-room', message: {} });
    server.say(ID, 'still here');
    await shows(room, 'still here');
    expect(client.state.get().name).toBe('online');
  });
});
