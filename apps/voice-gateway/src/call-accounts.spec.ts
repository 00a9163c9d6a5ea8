import type { Reservation, UsageRecord } from '@parley/assistants';
import { loadAssistants } from '@parley/assistants';
import { CallAccounts } from './call-accounts';

const usage = { inputSpeechTokens: 0, inputTextTokens: 0, outputSpeechTokens: 0, outputTextTokens: 0 };
const facts = {
  ...{ callId: 'c1', principalId: 'alice', conversationId: 'c'.repeat(16), assistant: 'general', continued: false },
};

/** Accounts over a budget and a ledger that say what they were told. */
function set({ record = async () => undefined }: { record?: (record: UsageRecord) => Promise<void> } = {}) {
  const paid: [how: string, tokens: number][] = [];
  const records: UsageRecord[] = [];
  const faults: string[] = [];
  const asked: object[] = [];
  const place: Reservation = {
    progress: async (tokens) => void paid.push(['progress', tokens]),
    settle: async (tokens) => void paid.push(['settle', tokens]),
  };
  const accounts = new CallAccounts({
    budget: { reserve: async (use) => (asked.push(use), place), goOn: () => place },
    ceilings: { close: async () => void paid.push(['closed', 0]) },
    switches: { start: () => undefined, stop: async () => undefined },
    ledger: { record: async (one) => (records.push(one), record(one)) },
    ...{ model: 'bedrock:amazon.nova-2-sonic-v1:0', report: (what) => void faults.push(what), settleMs: 1_000 },
  });
  return { accounts, place, paid, records, faults, asked };
}
beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

it('a call pays in parts while it goes on and the rest at its end, each token once', async () => {
  const { accounts, place, paid, records } = set();
  const call = { ...usage };
  const taken: object[] = [];
  accounts.onApplicationBootstrap();
  const end = accounts.keep({ reservation: place, usage: call, facts, onTaken: (part) => taken.push(part) });
  call.inputSpeechTokens = 100;
  call.outputTextTokens = 20;
  await jest.advanceTimersByTimeAsync(1_000);
  await jest.advanceTimersByTimeAsync(1_000);
  call.inputSpeechTokens = 150;
  end();
  await accounts.onApplicationShutdown();
  expect(paid).toEqual([
    ['progress', 120],
    ['progress', 0],
    ['settle', 50],
    ['closed', 0],
  ]);
  expect(taken).toEqual([
    { ...usage, inputSpeechTokens: 100, outputTextTokens: 20 },
    usage,
    { ...usage, inputSpeechTokens: 50 },
  ]);
  expect(records).toMatchObject([
    { callId: 'c1', inputTokens: 100, outputTokens: 20, assistant: 'general', isEstimated: false },
    { inputTokens: 50, outputTokens: 0, continues: true },
  ]);
  expect(records[0]).not.toHaveProperty('continues');
  expect(new Set(records.map(({ id }) => id)).size).toBe(2);
  expect(jest.getTimerCount()).toBe(0);
});

it('what another process began is never counted as a call again', async () => {
  const { accounts, place, records } = set();
  const call = { ...usage, outputSpeechTokens: 5 };
  accounts.keep({ reservation: place, usage: call, facts: { ...facts, continued: true }, onTaken: () => undefined })();
  await accounts.onApplicationShutdown();
  expect(records).toMatchObject([{ outputTokens: 5, continues: true }]);
});

it('a ledger that is away costs no call anything', async () => {
  const { accounts, place, paid, faults } = set({ record: () => Promise.reject(new Error('away')) });
  const call = { ...usage, outputSpeechTokens: 5 };
  accounts.keep({ reservation: place, usage: call, facts, onTaken: () => undefined })();
  await accounts.onApplicationShutdown();
  expect([paid[0], faults]).toEqual([['settle', 5], ['usage could not be written down']]);
});

it('reserves an answer and what the model is told, for the assistant and the kind of the principal', async () => {
  const { accounts, asked } = set();
  const assistant = loadAssistants().get();
  await accounts.reserve({ callId: 'c1', principalId: 'g-1', guest: true, assistant });
  expect(asked).toEqual([
    {
      ...{ id: 'c1', principalId: 'g-1', guest: true, assistant, leaseMs: 210_000 },
      tokens: assistant.limits.maxOutputTokens + 2_000,
    },
  ]);
});
