import { TestSocket } from '@parley/service-kit/testing';
import { startVoice, type VoiceUnderTest } from '../testing/start-voice';

let voice: VoiceUnderTest;
beforeAll(async () => void (voice = await startVoice()));
afterAll(() => voice.close());

const endOf = async (path: string, protocols: string[] = []) => {
  const socket = new TestSocket(voice.url + path, protocols);
  await socket.opened();
  return socket.closed;
};
const NOT_ADMITTED = { code: 1008, reason: 'Guests are not admitted here' };

it('admits no guest unless GUEST_VOICE says so: not by session, not by a ticket, not by a label', async () => {
  const guest = {
    kind: 'guest' as const,
    id: 'g-1',
    groups: [],
    clientId: 'guest',
    expiresAt: Date.now() + 60_000,
  };
  expect(await endOf('/ws/voice', ['parley.v1', 'guest.g1.x'])).toEqual(NOT_ADMITTED);
  expect(await endOf(`/ws/voice?ticket=${await voice.tickets.issue(guest, 'voice')}`)).toEqual(NOT_ADMITTED);
  expect(await endOf('/ws/voice?sessionId=abc')).toEqual({ code: 1008, reason: 'Missing authentication token' });
});
