import { budgetConfigShape, createBudget, DynamoUsageLedger } from '@parley/assistants';
import { dtmfTones } from '@parley/aws-sim';
import { TestSocket } from '@parley/service-kit/testing';
import { z } from 'zod';
import { callStart, hangUp, isLastFinal, readUntil, speak } from './testing/frames';
import { startVoice, type VoiceUnderTest } from './testing/start-voice';

let voice: VoiceUnderTest;
beforeEach(
  async () =>
    void (voice = await startVoice(
      {},
      { GUEST_VOICE: 'true', GUEST_SESSION_KEYS: 'the-key-that-signs-guest-sessions-in-tests' },
    )),
);
afterEach(() => voice.close());

const REACHED = { code: 'budget_reached', kind: 'unavailable', retryAfterMs: expect.any(Number) };
const today = () => new Date().toISOString().slice(0, 10);
const days = { from: '2020-01-01', to: '2099-01-01' };

it('a ceiling that is reached refuses the next call before anything is made for it', async () => {
  const { connect, metrics } = await voice.replica({ BUDGET_CALLS_PER_DAY: '1' });
  expect(await callStart(await connect('alice'))).toMatchObject({ resumed: false });
  expect(await callStart(await connect('bob'))).toMatchObject(REACHED);
  expect((await voice.store.list('bob', { limit: 10 })).items).toEqual([]);
  expect(voice.bedrock.streams()).toBe(1);
  expect(await metrics()).toContain('parley_calls_refused_total{reason="budget_reached"} 1');
});

it('a ceiling of all guests leaves users in', async () => {
  const replica = await voice.replica({ GUESTS_CALLS_PER_DAY: '1' });
  const guest = async (id: string) => {
    const principal = { kind: 'guest' as const, id, groups: [], clientId: 'guest', expiresAt: Date.now() + 60_000 };
    const ticket = await voice.tickets.issue(principal, 'voice');
    const socket = new TestSocket(`${replica.url}/ws/voice?ticket=${ticket}`);
    await socket.opened();
    return callStart(socket, { assistant: 'storefront-helper' });
  };
  expect(await guest('g-1')).toMatchObject({ resumed: false });
  expect(await guest('g-2')).toMatchObject(REACHED);
  expect(await callStart(await replica.connect('alice'))).toMatchObject({ resumed: false });
});

it('a person may have so many calls at once, over all replicas', async () => {
  const limit = { USER_CONCURRENT_ANSWERS: '1' };
  const [one, two] = [await voice.replica(limit), await voice.replica(limit)];
  const first = await one.connect('alice');
  await callStart(first);
  expect(await callStart(await two.connect('alice'))).toMatchObject({ code: 'too_many_requests', limit: 'concurrent' });
  expect(await callStart(await two.connect('bob'))).toMatchObject({ resumed: false });
  await hangUp(first);
  let again: object;
  do again = await callStart(await two.connect('alice'));
  while ('code' in again);
  expect(again).toMatchObject({ resumed: false });
});

it('an assistant that an admin has switched off takes no call', async () => {
  const config = z.object(budgetConfigShape).parse({});
  const report = (what: string) => expect(what).toBeUndefined();
  const { switches } = createBudget({ config, client: voice.client, table: voice.tables.sessions, report });
  await switches.set('coding-coach', false);
  const { connect } = await voice.replica();
  let answer: object;
  do answer = await callStart(await connect('alice'), { assistant: 'coding-coach' });
  while (!('code' in answer));
  expect(answer).toMatchObject({ code: 'assistant_off', kind: 'unavailable' });
  expect(await callStart(await connect('alice'), { assistant: 'general' })).toMatchObject({ resumed: false });
});

it('what a call took is written down as the model counted it, also over two replicas, as one call', async () => {
  const ledger = new DynamoUsageLedger(voice.client, voice.tables.conversations);
  const socket = await voice.connect('alice');
  const { callId, conversationId } = await callStart(socket);
  speak(socket, dtmfTones('427'));
  await readUntil(socket, isLastFinal);
  await voice.service.stop();

  const other = await voice.replica();
  const back = await other.connect('alice');
  expect(await callStart(back, { callId })).toMatchObject({ resumed: true });
  speak(back, dtmfTones('5'));
  await readUntil(back, isLastFinal);
  const { ended } = await hangUp(back);
  await other.service.stop();

  const whole = await ledger.ofConversation(conversationId);
  expect(whole).toMatchObject([
    {
      ...{ id: callId, principalId: 'alice', assistant: 'general', isEstimated: false },
      model: 'bedrock:amazon.nova-2-sonic-v1:0',
    },
  ]);
  const second = ended['usage'] as Record<string, number>;
  const outputOfSecond = second['outputSpeechTokens']! + second['outputTextTokens']!;
  expect(outputOfSecond).toBeGreaterThan(0);
  expect(whole[0]!.outputTokens).toBeGreaterThan(outputOfSecond);
  expect(await ledger.ofPrincipal('alice', days)).toEqual([
    {
      ...{ day: today(), principalId: 'alice', assistant: 'general', model: 'bedrock:amazon.nova-2-sonic-v1:0' },
      ...{ answers: 1, inputTokens: whole[0]!.inputTokens, outputTokens: whole[0]!.outputTokens },
    },
  ]);
  expect(await other.metrics()).toMatch(/parley_model_cost_usd_total 0\.0*[1-9]/);
});
