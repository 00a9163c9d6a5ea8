import { z } from 'zod';
import { defineTool } from '../domain/tool';
import { createChatModels } from '../models/chat-models';
import { ask, timeouts } from '../testing/ask';
import { ConverseServer, type Exchange } from '../testing/converse-server';
import type { AnswerRequest } from './stream-answer';

const server = new ConverseServer();
beforeAll(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  await server.start();
});
afterAll(() => server.stop());

const two = (): AnswerRequest['models'] => {
  const models = createChatModels({ default: 'bedrock:first', region: 'eu-central-1', endpoint: server.url });
  return [models('default'), models('bedrock:second')];
};
const asked = () => server.requests.map(({ model }) => model);
const answers = (to: Exchange) => to.text('From the ', 'second').end();
const down = (to: Exchange) => to.refuse(503, 'ServiceUnavailableException', 'down');

describe('the second model of an assistant', () => {
  it('answers when the first one cannot, after that was asked again', async () => {
    server.reply(down, down, down, answers);
    const told: string[] = [];
    const { end, terminal } = await ask(server, { models: two(), report: (what) => told.push(what) });
    expect(asked()).toEqual(['first', 'first', 'first', 'second']);
    expect(end).toMatchObject({ outcome: 'completed', text: 'From the second', modelIndex: 1 });
    expect(terminal).toEqual({ type: 'finish', finishReason: 'stop' });
    expect(told).toEqual(['a model failed; the next one answers']);
  });

  it.each<[string, (to: Exchange) => void]>([
    ['ends its stream at once', (to) => to.event('messageStart', { role: 'assistant' }).hangUp()],
    ['breaks off before a piece', (to) => to.event('messageStart', { role: 'assistant' }).reset()],
    ['sends garbage', (to) => to.corrupt().hangUp()],
    ['throttles in its stream', (to) => to.exception('throttlingException', 'slow down').hangUp()],
  ])('answers when the first one %s', async (_, fault) => {
    server.reply(fault, answers);
    const { end } = await ask(server, { models: two(), maxRetries: 0 });
    expect([asked(), end?.text]).toEqual([['first', 'second'], 'From the second']);
  });

  it('answers when the first one says nothing in time, in a time of its own', async () => {
    server.reply(() => undefined, answers);
    const { end } = await ask(server, { models: two(), timeouts: timeouts({ firstChunkMs: 200 }) });
    expect([asked(), end?.text]).toEqual([['first', 'second'], 'From the second']);
  });

  it('is not asked once a piece of the first one was seen: the reader would get two answers in one', async () => {
    server.reply((to) => to.text('half ').reset(), answers);
    const { end, terminal } = await ask(server, { models: two() });
    expect(asked()).toEqual(['first']);
    expect([end?.text, terminal]).toEqual(['half ', { type: 'error', errorText: 'model_unavailable' }]);
  });

  it('is not asked when the answer was stopped, nor when its whole time is up', async () => {
    server.reply(() => undefined, answers);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    expect((await ask(server, { models: two(), signal: stop.signal })).end?.outcome).toBe('stopped');
    server.reply(() => undefined, answers);
    const { terminal } = await ask(server, { models: two(), timeouts: timeouts({ totalMs: 50 }) });
    expect([asked(), terminal]).toEqual([['first'], { type: 'error', errorText: 'model_timeout' }]);
  });
});

it('an answer names the sources of its tools, each once, as parts of the message', async () => {
  const search = defineTool({
    name: 'search',
    description: 'Searches',
    inputSchema: z.object({}),
    execute: async () => ({ found: ['guide.md', 'guide.md', 'site'] }),
    sources: (result) =>
      (result as { found: string[] }).found.map((title) => ({
        title,
        ...(title === 'site' ? { url: 'https://example.com/a' } : {}),
      })),
  });
  const calls = (id: string) => (to: Exchange) => to.toolUse(id, 'search', '{}').end('tool_use');
  server.reply(calls('t1'), calls('t2'), (to) => to.text('See the guide.').end());
  const { end, types } = await ask(server, { tools: [search] });
  const sources = end?.parts.filter(({ type }) => type.startsWith('source-'));
  expect(sources).toEqual([
    { type: 'source-document', sourceId: 'source-1', mediaType: 'text/plain', title: 'guide.md' },
    { type: 'source-url', sourceId: 'source-2', url: 'https://example.com/a', title: 'site' },
  ]);
  expect(types.filter((type) => type.startsWith('source-'))).toHaveLength(2);
});
