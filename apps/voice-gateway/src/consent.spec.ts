import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { dtmfTones } from '@parley/aws-sim';
import { DynamoConsents } from '@parley/auth';
import { GuestSessions } from '@parley/auth/testing';
import { TestSocket } from '@parley/service-kit/testing';
import { bodyOf, callStart, hangUp, named, nameOf, readUntil, speak, type Frame, type Ready } from './testing/frames';
import { startVoice, type Replica, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
let asking: Replica;
let consents: DynamoConsents;
const GUEST = { GUEST_VOICE: 'true', GUEST_SESSION_KEYS: 'the-key-that-signs-guest-sessions-in-tests' };
beforeAll(async () => {
  voice = await startVoice();
  asking = await voice.replica({ ...GUEST, TRANSCRIPT_CONSENT: 'ask' });
  consents = new DynamoConsents(voice.client, voice.tables.sessions);
});
afterAll(() => voice.close());

const user = (id: string) => ({ kind: 'user' as const, id, expiresAt: Date.now() + 60_000 });
const isFinal = (frame: Frame) => JSON.stringify(bodyOf(frame)).includes('FINAL') && nameOf(frame) === 'textOutput';

/** Speaks in a call, and gives what was shown of it, said and heard. */
async function talk(socket: TestSocket, ready: Ready): Promise<{ shown: string[]; kept: unknown; head: number }> {
  speak(socket, dtmfTones('427'));
  const last = (name: string, body: object) =>
    isFinal({ event: { [name]: body } } as Frame) && 'Here it is again.' === (body as { content?: string }).content;
  const frames = await readUntil(socket, last);
  await hangUp(socket);
  const items = await voice.client.send(
    new ScanCommand({ TableName: voice.tables.conversations, ConsistentRead: true }),
  );
  const head = items.Items!.find(({ pk, sk }) => pk === `C#${ready.conversationId}` && sk === 'RECORD')![
    'head'
  ] as number;
  return { shown: frames.filter(isFinal).map((frame) => String(bodyOf(frame)['content'])), kept: ready.kept, head };
}
async function call(replica: Replica, sub: string) {
  const socket = await replica.connect(sub);
  return talk(socket, await callStart(socket));
}
const rowsThatSay = async (words: string) => {
  const { Items = [] } = await voice.client.send(
    new ScanCommand({ TableName: voice.tables.conversations, ConsistentRead: true }),
  );
  return Items.filter((item) => JSON.stringify(item).includes(words));
};
const WORDS = [expect.stringContaining('digits 4 2 7'), expect.stringContaining('simulator'), 'Here it is again.'];

it('keeps nothing of what is said where it asks and nobody has answered, and the call is as any other', async () => {
  expect(await call(asking, 'alice')).toEqual({ shown: WORDS, kept: false, head: 0 });
  expect(await rowsThatSay('digits 4 2 7')).toEqual([]);
});

it('keeps it from the first call after the person agreed, until the person changes his mind', async () => {
  await consents.set(user('bob'), true);
  expect(await call(asking, 'bob')).toEqual({ shown: WORDS, kept: true, head: 3 });
  await consents.set(user('bob'), false);
  expect(await call(asking, 'bob')).toEqual({ shown: WORDS, kept: false, head: 0 });
});

it('keeps it where it does not ask, but of nobody who refused', async () => {
  expect(await call(voice, 'carol')).toEqual({ shown: WORDS, kept: true, head: 3 });
  await consents.set(user('carol'), false);
  expect(await call(voice, 'carol')).toEqual({ shown: WORDS, kept: false, head: 0 });
});

it('asks guests as it asks users', async () => {
  const sessions = new GuestSessions([GUEST.GUEST_SESSION_KEYS]);
  const { session, principal } = sessions.issue();
  const talkAs = async () => {
    const socket = new TestSocket(`${asking.url}/ws/voice`, ['parley.v1', `guest.${session}`]);
    await socket.opened();
    return talk(socket, await callStart(socket));
  };
  expect(await talkAs()).toEqual({ shown: WORDS, kept: false, head: 0 });
  await consents.set(principal, true);
  expect(await talkAs()).toEqual({ shown: WORDS, kept: true, head: 3 });
});

it('goes on without keeping it when the caller comes back to the call', async () => {
  const socket = await asking.connect('dora');
  const { callId } = await callStart(socket);
  socket.socket.terminate();
  await socket.closed;
  const again = await asking.connect('dora');
  const ready = await callStart(again, { callId });
  expect(ready).toMatchObject({ callId, resumed: true, kept: false });
  again.say({ event: { textInput: { content: 'typed quietly' } } });
  await readUntil(again, named('textOutput'));
  await hangUp(again);
  expect(await rowsThatSay('typed quietly')).toEqual([]);
});
