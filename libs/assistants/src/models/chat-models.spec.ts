import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { ConverseServer } from '../testing/converse-server';
import { QUESTION, readAnswer } from '../testing/read-answer';
import { SseServer } from '../testing/sse-server';
import type { ChatModel } from './chat-model';
import { createChatModels } from './chat-models';

const server = new ConverseServer();
const saved = { ...process.env };
beforeAll(() => server.start());
beforeEach(() => {
  process.env = { ...saved, AWS_ACCESS_KEY_ID: 'AKIDFROMTHECHAIN', AWS_SECRET_ACCESS_KEY: 'secret' };
  delete process.env.AWS_BEARER_TOKEN_BEDROCK;
});
afterAll(async () => {
  process.env = saved;
  await server.stop();
});

/** The request that a model makes. */
async function streamRequest(model: ChatModel) {
  server.reply((to) => to.text('Hi').end());
  await readAnswer(model);
  return server.requests[0];
}

describe('a chat model', () => {
  const options = { default: 'bedrock:amazon.nova-lite-v1:0', region: 'eu-central-1' };

  it('is the default or the assistant’s own, signed with credentials of the default chain', async () => {
    const models = createChatModels({ ...options, endpoint: server.url });
    for (const [model, id] of [
      ['default', 'amazon.nova-lite-v1:0'],
      ['bedrock:eu.anthropic.some-model-v1:0', 'eu.anthropic.some-model-v1:0'],
    ] as const) {
      const request = await streamRequest(models(model));
      expect(request?.model).toBe(id);
      expect(request?.headers.authorization).toContain('Credential=AKIDFROMTHECHAIN/');
    }
  });

  it('goes to AWS_ENDPOINT_URL_BEDROCK_RUNTIME and not to AWS_ENDPOINT_URL, which may be another emulator’s', async () => {
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:9';
    process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = server.url;
    const request = await streamRequest(createChatModels(options)('default'));
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDFROMTHECHAIN\/.*\/eu-central-1\/bedrock\//,
    );
  });

  it('goes to the region’s own endpoint without one, whatever AWS_ENDPOINT_URL says', async () => {
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:9';
    delete process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME;
    const urls: string[] = [];
    // As far as here and no further.
    const see = (message: unknown) => {
      const { request } = message as { request: ClientRequest };
      urls.push(`${request.protocol}//${request.host}${request.path}`);
      request.destroy();
    };
    subscribe('http.client.request.created', see);
    for (const region of ['eu-central-1', 'cn-north-1'])
      await expect(createChatModels({ ...options, region })('default').ask(QUESTION)).rejects.toThrow();
    unsubscribe('http.client.request.created', see);
    const path = '/model/amazon.nova-lite-v1%3A0/converse-stream';
    expect(urls).toEqual([
      `https://bedrock-runtime.eu-central-1.amazonaws.com${path}`,
      `https://bedrock-runtime.cn-north-1.amazonaws.com.cn${path}`,
    ]);
  });

  it('is signed when AWS_BEARER_TOKEN_BEDROCK is unset or blank, and uses the key when it is set', async () => {
    const authorization = async () => {
      const request = await streamRequest(createChatModels({ ...options, endpoint: server.url })('default'));
      return request?.headers.authorization;
    };
    process.env.AWS_BEARER_TOKEN_BEDROCK = ' ';
    expect(await authorization()).toMatch(/^AWS4-HMAC-SHA256 /);
    process.env.AWS_BEARER_TOKEN_BEDROCK = 'the-key';
    expect(await authorization()).toBe('Bearer the-key');
  });

  it.each(['gpt-5', 'bedrock:', 'amazon.nova-lite-v1:0', 'anthropic:claude', ''])(
    'is not made of "%s": that fails at start',
    (name) => expect(() => createChatModels({ ...options, default: name })).toThrow('write bedrock:<model id>'),
  );

  it.each(['google:gemini-3', 'openai:llama3.2'])(
    'is not made of "%s" where its provider is not configured',
    (name) => {
      expect(() => createChatModels({ ...options, default: name })).toThrow('is not configured');
      expect(() => createChatModels(options)(name as 'google:x')).toThrow('is not configured');
    },
  );

  it('names the guardrail in every request to Bedrock, where there is one', async () => {
    const guardrail = { id: 'gr-1', version: '3' };
    const models = createChatModels({ ...options, endpoint: server.url, guardrail });
    const request = await streamRequest(models('default'));
    expect(request?.body).toMatchObject({
      guardrailConfig: { guardrailIdentifier: 'gr-1', guardrailVersion: '3' },
    });
    expect(
      (await streamRequest(createChatModels({ ...options, endpoint: server.url })('default')))?.body,
    ).not.toHaveProperty('guardrailConfig');
  });
});

describe('other providers', () => {
  const options = { default: 'bedrock:x', region: 'eu-central-1' };
  const sse = new SseServer();
  beforeAll(() => sse.start());
  afterAll(() => sse.stop());

  const answerOf = async (model: ChatModel) => {
    const parts = await readAnswer(model);
    const text = parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
    const end = parts.at(-1);
    if (end?.type !== 'finish') throw new Error('no end');
    const { finishReason, usage } = end;
    const { inputTokens, outputTokens } = usage;
    return { text, reason: finishReason.unified, usage: [inputTokens.total, outputTokens.total] };
  };

  it('Gemini is asked over its own wire, with the key as it is now', async () => {
    let key = 'old';
    const models = createChatModels({ ...options, google: { apiKey: async () => key, baseUrl: `${sse.url}/v1beta` } });
    const answer = () => {
      sse.reply(
        { candidates: [{ content: { role: 'model', parts: [{ text: 'Hel' }] }, index: 0 }] },
        {
          candidates: [{ content: { role: 'model', parts: [{ text: 'lo' }] }, finishReason: 'STOP', index: 0 }],
          usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 3, totalTokenCount: 10 },
        },
      );
      return answerOf(models('google:gemini-3'));
    };
    expect(await answer()).toMatchObject({ text: 'Hello', reason: 'stop', usage: [7, 3] });
    expect(sse.requests[0]).toMatchObject({
      path: '/v1beta/models/gemini-3:streamGenerateContent?alt=sse',
      headers: { 'x-goog-api-key': 'old' },
    });
    key = 'new';
    await answer();
    expect(sse.requests[0]?.headers['x-goog-api-key']).toBe('new');
  });

  it('fails when there is no key, without a request', async () => {
    sse.reply();
    const models = createChatModels({ ...options, google: { apiKey: async () => undefined, baseUrl: sse.url } });
    await expect(answerOf(models('google:gemini-3'))).rejects.toThrow();
    expect(sse.requests).toEqual([]);
  });

  it.each([
    ['with a key', async () => 'sk-1', 'Bearer sk-1'],
    ['without one, as Ollama', undefined, undefined],
  ])('any OpenAI-compatible server is asked %s, and told to say what it cost', async (_, apiKey, authorization) => {
    const openai = { baseUrl: `${sse.url}/v1`, ...(apiKey ? { apiKey } : {}) };
    const models = createChatModels({ ...options, default: 'openai:llama3.2', openai });
    const choice = (delta: object, finish_reason: string | null = null) => ({
      choices: [{ index: 0, delta, finish_reason }],
    });
    sse.reply(
      choice({ role: 'assistant', content: 'Hi' }),
      choice({}, 'stop'),
      {
        choices: [],
        usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
      },
      '[DONE]',
    );
    expect(await answerOf(models('default'))).toMatchObject({
      text: 'Hi',
      reason: 'stop',
      usage: [7, 3],
    });
    expect(sse.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      body: { model: 'llama3.2', stream: true, stream_options: { include_usage: true } },
    });
    expect(sse.requests[0]?.headers.authorization).toBe(authorization);
  });
});
