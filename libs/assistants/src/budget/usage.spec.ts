import { createConversationStore } from '@parley/conversations';
import { TestDynamo } from '@parley/conversations/testing';
import { DynamoUsageLedger } from './dynamo-usage-ledger';
import { costOf } from './prices';
import type { UsageRecord } from './usage-ledger';

const dynamo = new TestDynamo();
let table: string;
let ledger: DynamoUsageLedger;
beforeAll(async () => {
  await dynamo.start();
  table = await dynamo.createTable();
  ledger = new DynamoUsageLedger(dynamo.client(), table);
});
afterAll(() => dynamo.stop());

const record = (id: string, more: Partial<UsageRecord> = {}): UsageRecord => ({
  id,
  at: Date.UTC(2026, 0, 2, 10),
  principalId: 'alice',
  conversationId: 'c'.repeat(16),
  assistant: 'general',
  model: 'bedrock:amazon.nova-lite-v1:0',
  inputTokens: 100,
  outputTokens: 20,
  isEstimated: false,
  ...more,
});

it('keeps usage by message, conversation and day, each message once', async () => {
  await ledger.record(record('m1'));
  await ledger.record(record('m1'));
  await ledger.record(record('m2', { outputTokens: 5, isEstimated: true }));
  await ledger.record(record('m3', { at: Date.UTC(2026, 0, 3), assistant: 'coding-coach' }));
  await ledger.record(record('m4', { principalId: 'bob', conversationId: 'd'.repeat(16) }));

  expect(await ledger.ofPrincipal('alice', { from: '2026-01-02', to: '2026-01-02' })).toEqual([
    {
      day: '2026-01-02',
      principalId: 'alice',
      assistant: 'general',
      model: 'bedrock:amazon.nova-lite-v1:0',
      answers: 2,
      inputTokens: 200,
      outputTokens: 25,
    },
  ]);
  expect(await ledger.ofPrincipal('alice', { from: '2026-01-01', to: '2026-01-31' })).toHaveLength(2);
  expect(await ledger.ofPrincipal('alice', { from: '2026-01-03', to: '2026-01-31' })).toHaveLength(1);
  const all = await ledger.ofAll({ from: '2026-01-01', to: '2026-01-31' });
  expect(all.map(({ day, principalId, answers }) => [day, principalId, answers])).toEqual([
    ['2026-01-02', 'alice', 2],
    ['2026-01-02', 'bob', 1],
    ['2026-01-03', 'alice', 1],
  ]);
  expect(await ledger.ofConversation('c'.repeat(16))).toEqual([
    record('m1'),
    record('m2', { outputTokens: 5, isEstimated: true }),
    record('m3', { at: Date.UTC(2026, 0, 3), assistant: 'coding-coach' }),
  ]);
});

it('keeps what was used by somebody who is forgotten, as nobody’s', async () => {
  const days = { from: '2026-02-01', to: '2026-02-28' };
  const dan = { principalId: 'dan', conversationId: 'f'.repeat(16) };
  const at = (date: number) => Date.UTC(2026, 1, date, 10);
  for (const [index, date] of [1, 1, 2, 3].entries())
    await ledger.record(record(`d${index}`, { ...dan, at: at(date) }));
  for (const _ of [1, 2]) await ledger.forget('dan', at(2));
  expect((await ledger.ofPrincipal('dan', days)).map(({ day }) => day)).toEqual(['2026-02-03']);
  expect((await ledger.ofAll(days)).map(({ day, principalId, answers }) => [day, principalId, answers])).toEqual([
    ['2026-02-01', 'erased', 2],
    ['2026-02-02', 'erased', 1],
    ['2026-02-03', 'dan', 1],
  ]);
});

it('leaves nothing beside a conversation that was deleted while it was answered in', async () => {
  const client = dynamo.client();
  const table = await dynamo.createTable();
  const store = createConversationStore({ client, table });
  const { id: conversationId } = await store.create({ kind: 'user', id: 'alice', name: 'Alice' }, {});
  await store.remove('alice', conversationId);
  const late = new DynamoUsageLedger(client, table);
  await late.record(record('m1', { conversationId }));
  expect(await late.ofConversation(conversationId)).toEqual([]);
  expect(await late.ofPrincipal('alice', { from: '2026-01-02', to: '2026-01-02' })).toHaveLength(1);
});

it('counts and tells a call that is written down in parts as one', async () => {
  const conversationId = 'e'.repeat(16);
  const call = { principalId: 'carol', model: 'bedrock:amazon.nova-2-sonic-v1:0', conversationId, callId: 'call-1' };
  await ledger.record(record('call/1/a', call));
  await ledger.record(record('m5', { conversationId, at: Date.UTC(2026, 0, 2, 11) }));
  await ledger.record(record('call/1/b', { ...call, continues: true, at: Date.UTC(2026, 0, 2, 12) }));
  expect(await ledger.ofConversation(conversationId)).toEqual([
    record('call-1', { ...call, callId: undefined, inputTokens: 200, outputTokens: 40 }),
    record('m5', { conversationId, at: Date.UTC(2026, 0, 2, 11) }),
  ]);
  expect(await ledger.ofPrincipal('carol', { from: '2026-01-02', to: '2026-01-02' })).toMatchObject([
    { answers: 1, inputTokens: 200, outputTokens: 40 },
  ]);
});

it('counts what a call took after its conversation was deleted, and keeps nothing of it there', async () => {
  const store = createConversationStore({ client: dynamo.client(), table });
  const { id } = await store.create({ kind: 'user', id: 'dave', name: 'Dave' }, {});
  const call = { principalId: 'dave', conversationId: id, callId: 'call-2' };
  await ledger.record(record('call/2/a', call));
  await store.remove('dave', id);
  await ledger.record(record('call/2/b', { ...call, continues: true }));
  expect(await ledger.ofConversation(id)).toEqual([]);
  expect(await ledger.ofPrincipal('dave', { from: '2026-01-02', to: '2026-01-02' })).toMatchObject([
    { answers: 1, inputTokens: 200 },
  ]);
});

describe('an estimated cost', () => {
  const million = { inputTokens: 1_000_000, outputTokens: 1_000_000 };
  const prices = [
    { model: 'bedrock:amazon.nova', input: 1, output: 2 },
    { model: 'bedrock:amazon.nova-pro', input: 10, output: 20 },
  ];
  it.each([
    ['bedrock:amazon.nova-lite-v1:0', 3],
    ['bedrock:amazon.nova-pro-v1:0', 30],
    ['bedrock:eu.amazon.nova-pro-v1:0', 30],
    ['bedrock:global.amazon.nova-pro-v1:0', 30],
    ['openai:llama3.2', undefined],
  ])('of %s is %s', (model, cost) => expect(costOf({ model, ...million }, prices)).toBe(cost));

  it('of the models that are used by default is known', () => {
    expect(costOf({ model: 'bedrock:amazon.nova-lite-v1:0', ...million })).toBeCloseTo(0.3);
    expect(costOf({ model: 'bedrock:amazon.nova-2-sonic-v1:0', ...million })).toBeGreaterThan(0);
  });
});
