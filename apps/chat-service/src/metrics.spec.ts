import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { costOf, type UsageRecord } from '@parley/assistants';
import { loadDescriptors, SERVICE_METRICS } from '@parley/descriptor';
import { Registry } from 'prom-client';
import { AnswerMetrics } from './answer-metrics';
import { question } from './testing/sse';
import { startChat, type ChatUnderTest } from './testing/start-chat';

let chat: ChatUnderTest;
beforeAll(async () => void (chat = await startChat()));
afterAll(() => chat.close());

it('has the metrics that service.json lists, of those that alarms and the dashboard know, and no other', async () => {
  const { metrics, scaling } = loadDescriptors(resolve(import.meta.dirname, '../..')).find(
    ({ name }) => name === 'chat-service',
  )!;
  const registered = [...(await chat.metrics()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!);
  // Errors are counted by every service's log.
  const { errors: _, ...own } = SERVICE_METRICS;
  expect(registered.filter((name) => (Object.values(own) as string[]).includes(name)).sort()).toEqual(
    [...metrics].sort(),
  );
  expect(registered).toContain(scaling.metric);
});

it('counts the tokens of an answer and what they are estimated to cost', async () => {
  const body = question(randomUUID(), 'hello', randomUUID());
  await (await chat.as('alice')('/api/chat', { method: 'POST', body })).text();
  // Written down once the reader has its end: asked again until then.
  while (!/^parley_model_tokens_total\{kind="output"\} [1-9]/m.test(await chat.metrics()));
  expect(await chat.metrics()).toMatch(/^parley_model_tokens_total\{kind="input"\} [1-9]/m);
  expect(Number(/^parley_model_cost_usd_total (\S+)$/m.exec(await chat.metrics())?.[1])).toBeGreaterThan(0);
});

it('counts what the ledger is given, also when the store is away; a model without a price costs nothing', async () => {
  const registry = new Registry();
  const given: UsageRecord[] = [];
  const ledger = new AnswerMetrics(registry).counting({
    async record(record) {
      given.push(record);
      throw new Error('away');
    },
  });
  const record = {
    id: 'm1',
    at: 0,
    principalId: 'alice',
    conversationId: 'c',
    assistant: 'default',
    model: 'bedrock:eu.amazon.nova-lite-v1:0',
    inputTokens: 1_000_000,
    outputTokens: 500_000,
    isEstimated: false,
  };
  await expect(ledger.record(record)).rejects.toThrow('away');
  await expect(ledger.record({ ...record, model: 'openai:own' })).rejects.toThrow('away');
  expect(given).toHaveLength(2);
  const text = await registry.metrics();
  expect(text).toContain('parley_model_tokens_total{kind="input"} 2000000');
  expect(text).toContain('parley_model_tokens_total{kind="output"} 1000000');
  expect(Number(/^parley_model_cost_usd_total (\S+)$/m.exec(text)?.[1])).toBeCloseTo(costOf(record)!, 10);
});
