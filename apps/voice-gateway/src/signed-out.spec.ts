import { setTimeout as pause } from 'node:timers/promises';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { SignedOutList } from '@parley/auth';
import { callStart } from './testing/frames';
import { startVoice, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
beforeAll(async () => void (voice = await startVoice({}, { CALL_DETACHED_MS: '3600000' })));
afterAll(() => voice.close());

const isRegistered = async (callId: string) => {
  const { Items = [] } = await voice.client.send(new ScanCommand({ TableName: voice.tables.sessions }));
  return Items.some(({ sk }) => sk === callId);
};

it('ends the call of who is signed out at once, though a lost connection would be waited for', async () => {
  const [signedOut, lost] = [await voice.connect('alice'), await voice.connect('bob')];
  const [his, hers] = [await callStart(lost), await callStart(signedOut)];
  lost.socket.terminate();
  const alice = { kind: 'user' as const, id: 'alice', groups: [], clientId: 'spa', expiresAt: Date.now() };
  await voice.service.app.get(SignedOutList, { strict: false }).signOut(alice, true);
  expect(await signedOut.closed).toMatchObject({ code: 4401, reason: 'Signed out' });
  while (await isRegistered(hers.callId)) await pause(20);
  expect(await isRegistered(his.callId)).toBe(true);
});
