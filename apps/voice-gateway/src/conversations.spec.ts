import { GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { Principal } from '@parley/auth';
import { dtmfTones } from '@parley/aws-sim';
import {
  announceMembers,
  announcing,
  createConversationStore,
  readSignal,
  Replicas,
  topicOf,
  type FanOut,
} from '@parley/conversations';
import { textOf, type Author, type Message } from '@parley/protocol';
import { TestSocket } from '@parley/service-kit/testing';
import { bodyOf, callStart, finals, isLastFinal, named, nameOf, readUntil, speak, type Frame } from './testing/frames';
import { startVoice, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
let fanOut: FanOut;
beforeAll(async () => {
  voice = await startVoice(
    {},
    { GUEST_VOICE: 'true', GUEST_SESSION_KEYS: 'the-key-that-signs-guest-sessions-in-tests' },
  );
  ({ fanOut } = voice.service.app.get(Replicas, { strict: false }));
});
afterAll(() => voice.close());

const alice: Author = { kind: 'user', id: 'alice', name: 'Alice' };
/** The log as another process has it; `isSilent` is one that nobody hears: without Valkey. */
const elsewhere = ({ isSilent = false } = {}) => {
  const publish = isSilent ? () => undefined : fanOut.publish.bind(fanOut);
  const kept = createConversationStore({
    ...{ client: voice.client, table: voice.tables.conversations },
    beforeRemove: async (id) => announceMembers({ publish }, id),
  });
  return announcing(kept, { publish });
};
const endOf = async (socket: TestSocket) => {
  const frames = await readUntil(socket, named('callEnded'));
  return { frames, ended: bodyOf(frames.at(-1)!), closed: await socket.closed };
};
const errorsIn = (frames: Frame[]) =>
  frames.filter((frame) => nameOf(frame) === 'error').map((frame) => bodyOf(frame)['code']);
const GONE = { code: 1000, reason: 'The conversation is no longer open to you' };
const recordOf = async (conversationId: string) => {
  const Key = { pk: `C#${conversationId}`, sk: 'RECORD' };
  return (await voice.client.send(new GetCommand({ TableName: voice.tables.conversations, Key }))).Item!;
};
const itemsOf = async (logId: string) => {
  const { Items = [] } = await voice.client.send(new ScanCommand({ TableName: voice.tables.conversations }));
  return Items.filter(({ pk }) => String(pk).includes(logId));
};

describe('a conversation that is deleted in the middle of a call', () => {
  it('ends the call at once, and says why', async () => {
    const socket = await voice.connect('alice');
    const { conversationId } = await callStart(socket);
    speak(socket, dtmfTones('4'));
    await readUntil(socket, isLastFinal);
    await elsewhere().remove('alice', conversationId);
    const { ended, closed } = await endOf(socket);
    expect(ended).toMatchObject({ reason: 'removed', usage: { outputSpeechTokens: expect.any(Number) } });
    expect(closed).toEqual(GONE);
  });

  it('takes nothing of what was being said: it is neither written nor shown', async () => {
    const socket = await voice.connect('alice');
    const { conversationId } = await callStart(socket);
    speak(socket, dtmfTones('4'));
    await readUntil(socket, isLastFinal);
    const { logId } = await recordOf(conversationId);
    expect((await itemsOf(logId)).length).toBeGreaterThan(0);
    await elsewhere({ isSilent: true }).remove('alice', conversationId);
    speak(socket, dtmfTones('5'));
    const { frames, ended } = await endOf(socket);
    expect(ended).toMatchObject({ reason: 'removed' });
    expect(finals(frames)).toEqual([]);
    await expect(voice.store.page('alice', conversationId, { limit: 10 })).rejects.toMatchObject({
      code: 'conversation_not_found',
    });
    expect(await itemsOf(logId)).toEqual([]);
  });
});

it('whoever is taken out of a room hears no more of it in a call either; the others talk on', async () => {
  const owner = elsewhere();
  const { id } = await owner.create(alice, { kind: 'room', title: 'Standup' });
  await owner.addMember('alice', id, { kind: 'user', id: 'bob', name: 'Bob' });
  const [hers, his] = [await voice.connect('alice'), await voice.connect('bob')];
  await callStart(hers, { conversationId: id });
  await callStart(his, { conversationId: id });
  await owner.removeMember('alice', id, 'bob');
  expect((await endOf(his)).ended).toMatchObject({ reason: 'removed' });
  speak(hers, dtmfTones('7'));
  expect(finals(await readUntil(hers, isLastFinal)).length).toBeGreaterThan(0);
});

it('a room that is archived ends its calls, says why once, and no other begins in it', async () => {
  const owner = elsewhere();
  const { id } = await owner.create(alice, { kind: 'room', title: 'Retired' });
  const socket = await voice.connect('alice');
  await callStart(socket, { conversationId: id });
  await owner.archive('alice', id);
  speak(socket, dtmfTones('5'));
  const { frames, ended, closed } = await endOf(socket);
  expect(errorsIn(frames)).toEqual(['conversation_archived']);
  expect(finals(frames)).toEqual([]);
  expect({ ended, closed }).toMatchObject({ ended: { reason: 'removed' }, closed: GONE });
  const again = await voice.connect('alice');
  expect(await callStart(again, { conversationId: id })).toMatchObject({ code: 'conversation_archived' });
});

it('a member who is muted has no call in the room: nothing of it is written, not the answers either', async () => {
  const owner = elsewhere();
  const { id } = await owner.create(alice, { kind: 'room', title: 'Quiet' });
  await owner.addMember('alice', id, { kind: 'user', id: 'bob', name: 'Bob' });
  const socket = await voice.connect('bob');
  await callStart(socket, { conversationId: id });
  await owner.mute('alice', id, 'bob', true);
  speak(socket, dtmfTones('5'));
  const { frames, ended, closed } = await endOf(socket);
  expect(errorsIn(frames)).toEqual(['forbidden']);
  expect({ ended, closed }).toMatchObject({ ended: { reason: 'removed' }, closed: GONE });
  expect((await voice.store.page('alice', id, { limit: 10 })).items).toEqual([]);
});

it('tells rooms that are open elsewhere what is said in a call, as it is stored', async () => {
  const { id } = await elsewhere().create(alice, { kind: 'room', title: 'Retrospective' });
  const told: Message[] = [];
  const stop = fanOut.subscribe(topicOf(id), {
    message(payload) {
      const signal = readSignal(payload);
      if (signal?.kind === 'entry') told.push(JSON.parse(signal.frame).data.message as Message);
    },
    gap: () => undefined,
  });
  const socket = await voice.connect('alice');
  await callStart(socket, { conversationId: id });
  speak(socket, dtmfTones('42'));
  const shown = finals(await readUntil(socket, isLastFinal));
  stop();
  expect(told.map(({ seq, parts }) => ({ seq, content: textOf(parts) }))).toEqual(
    shown.map(({ seq, content }) => ({ seq, content })),
  );
  expect(told.length).toBeGreaterThan(1);
});

describe('a guest who signs in in the middle of a call', () => {
  const guest: Principal = { kind: 'guest', id: 'g-1', groups: [], clientId: 'guest', expiresAt: Date.now() + 600_000 };

  it('ends the call, keeps what was said, and goes on speaking as who he is', async () => {
    const ticket = await voice.tickets.issue(guest, 'voice');
    const socket = new TestSocket(`${voice.url}/ws/voice?ticket=${ticket}`);
    await socket.opened();
    const { callId, conversationId } = await callStart(socket, { assistant: 'storefront-helper' });
    speak(socket, dtmfTones('4'));
    const said = finals(await readUntil(socket, isLastFinal)).map(({ content }) => content);

    expect(await elsewhere().handOver('g-1', alice)).toEqual([conversationId]);
    expect(await endOf(socket)).toMatchObject({ ended: { reason: 'removed' }, closed: GONE });

    const again = await voice.connect('alice');
    expect(await callStart(again, { conversationId, callId })).toMatchObject({ conversationId, resumed: false });
    const { items } = await voice.store.page('alice', conversationId, { limit: 50 });
    expect(items.map((item) => (item.type === 'message' ? textOf(item.parts) : item.type))).toEqual(said);
    speak(again, dtmfTones('5'));
    expect(finals(await readUntil(again, isLastFinal))[0]).toMatchObject({ seq: said.length + 1 });
  });
});
