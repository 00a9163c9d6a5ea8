import type { UIMessageChunk } from 'ai';
import { createChatModels } from '../models/chat-models';
import { requestTo, timeouts } from '../testing/ask';
import { SseServer } from '../testing/sse-server';
import type { AnswerEnd } from './answer';
import { streamAnswer } from './stream-answer';

/** What the AI SDK's packages make of a broken stream differs by provider; what a reader is told does not. */
const server = new SseServer();
beforeAll(() => server.start());
afterAll(() => server.stop());

const gemini = (parts: object[], more: object = {}) => ({
  candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
});
const choice = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});
const USAGE = {
  google: { usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3, totalTokenCount: 10 } },
  openai: { choices: [], usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 } },
};

async function answer(model: 'google' | 'openai', ...events: (object | string)[]) {
  server.reply(...events);
  const models = createChatModels({
    default: `${model}:some-model`,
    region: 'eu-central-1',
    google: { apiKey: async () => 'key', baseUrl: `${server.url}/v1beta` },
    openai: { baseUrl: `${server.url}/v1` },
  });
  let end: AnswerEnd | undefined;
  const chunks: UIMessageChunk[] = [];
  const request = requestTo(server, {
    models: [models('default')],
    timeouts: timeouts({ chunkMs: 200 }),
    maxRetries: 0,
    onEnd: (ended) => void (end = ended),
  });
  await streamAnswer(request, (chunk) => chunks.push(chunk));
  const terminals = chunks.filter(({ type }) => ['finish', 'error', 'abort'].includes(type));
  expect(terminals).toEqual([chunks.at(-1)]);
  const opened = (kind: string) => chunks.filter(({ type }) => type === kind).length;
  expect(opened('text-start')).toBe(opened('text-end'));
  return { end: end!, chunks, terminal: chunks.at(-1) };
}

const UNAVAILABLE = { type: 'error', errorText: 'model_unavailable' };
const { CUT, STALL } = SseServer;

describe.each([
  ['Gemini', 'google', gemini([{ text: 'Hel' }]), { error: { code: 429, message: 'project-7', status: 'X' } }],
  ['an OpenAI-compatible server', 'openai', choice({ content: 'Hel' }), { error: { message: 'project-7' } }],
] as const)('%s', (_, model, piece, errorEvent) => {
  it.each<[string, (object | string)[]]>([
    ['ends early and cleanly', [piece]],
    ['resets the connection', [piece, CUT]],
    ['sends an error in its stream', [piece, errorEvent]],
    ['sends what is no JSON', [piece, '{"half']],
  ])('that %s: an error and not a whole answer, and what was seen is kept', async (_name, events) => {
    const { end, chunks, terminal } = await answer(model, ...events);
    expect(terminal).toEqual(UNAVAILABLE);
    expect(end).toMatchObject({ outcome: 'failed', text: 'Hel' });
    expect(JSON.stringify(chunks)).not.toContain('project-7');
    expect(end.estimatedUsage.outputTokens).toBeGreaterThan(0);
  });

  it('that stalls: an error in time', async () => {
    const { end, terminal } = await answer(model, piece, STALL);
    expect(terminal).toEqual({ type: 'error', errorText: 'model_timeout' });
    expect(end).toMatchObject({ outcome: 'failed', text: 'Hel' });
  });
});

it('Gemini that blocks the question: the reader is told that it was filtered, and no word is kept', async () => {
  const { end, terminal } = await answer('google', { promptFeedback: { blockReason: 'SAFETY' } });
  expect([terminal, end.text]).toEqual([{ type: 'finish', finishReason: 'content-filter' }, '']);
});

it.each(['SAFETY', 'RECITATION'])(
  'Gemini that ends for %s: filtered, as whole as it will get',
  async (finishReason) => {
    const { end, terminal } = await answer('google', {
      ...gemini([{ text: 'Hel' }], { finishReason }),
      ...USAGE.google,
    });
    expect(terminal).toEqual({ type: 'finish', finishReason: 'content-filter' });
    expect(end).toMatchObject({ outcome: 'completed', usage: { inputTokens: 7, outputTokens: 3 } });
  },
);

it.each<['google' | 'openai', (object | string)[]]>([
  [
    'google',
    [
      gemini([{ text: 'hmm', thought: true }]),
      { ...gemini([{ text: 'Yes.' }], { finishReason: 'STOP' }), ...USAGE.google },
    ],
  ],
  [
    'openai',
    [choice({ reasoning_content: 'hmm' }), choice({ content: 'Yes.' }), choice({}, 'stop'), USAGE.openai, '[DONE]'],
  ],
])('what a model of %s thinks is not shown', async (model, events) => {
  const { end, chunks } = await answer(model, ...events);
  expect(end).toMatchObject({ outcome: 'completed', text: 'Yes.' });
  expect(JSON.stringify(chunks)).not.toContain('hmm');
});

it('a server that never says what an answer cost is believed whole, and counted by its signs', async () => {
  const { end } = await answer('openai', choice({ content: 'Yes.' }), choice({}, 'stop'), '[DONE]');
  expect(end).toMatchObject({ outcome: 'completed', finishReason: 'stop', estimatedUsage: { outputTokens: 1 } });
  expect(end.usage).toBeUndefined();
});
