import { streamText, type LanguageModel } from 'ai';
import { ConverseServer } from '../testing/converse-server';
import { createChatModels, modelIdOf } from './chat-models';

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
async function streamRequest(model: LanguageModel) {
  server.reply((to) => to.text('Hi').end());
  await streamText({ model, prompt: 'Hi', maxRetries: 0, onError: () => undefined }).consumeStream();
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
      const request = await streamRequest(models({ model }));
      expect(request?.model).toBe(id);
      expect(request?.headers.authorization).toContain('Credential=AKIDFROMTHECHAIN/');
    }
  });

  it('goes to AWS_ENDPOINT_URL_BEDROCK_RUNTIME and not to AWS_ENDPOINT_URL, which may be another emulator’s', async () => {
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:9';
    process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME = server.url;
    const request = await streamRequest(createChatModels(options)({ model: 'default' }));
    expect(request?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDFROMTHECHAIN\/.*\/eu-central-1\/bedrock\//,
    );
  });

  it('goes to the region’s own endpoint without one, whatever AWS_ENDPOINT_URL says', () => {
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:9';
    delete process.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME;
    const urlOf = (region: string) => {
      const model = createChatModels({ ...options, region })({ model: 'default' });
      return (model as unknown as { config: { baseUrl(): string } }).config.baseUrl();
    };
    expect(urlOf('eu-central-1')).toBe('https://bedrock-runtime.eu-central-1.amazonaws.com');
    expect(urlOf('cn-north-1')).toBe('https://bedrock-runtime.cn-north-1.amazonaws.com.cn');
  });

  it('is signed when AWS_BEARER_TOKEN_BEDROCK is unset or blank, and uses the key when it is set', async () => {
    const authorization = async () => {
      const request = await streamRequest(createChatModels({ ...options, endpoint: server.url })({ model: 'default' }));
      return request?.headers.authorization;
    };
    process.env.AWS_BEARER_TOKEN_BEDROCK = ' ';
    expect(await authorization()).toMatch(/^AWS4-HMAC-SHA256 /);
    process.env.AWS_BEARER_TOKEN_BEDROCK = 'the-key';
    expect(await authorization()).toBe('Bearer the-key');
  });

  it.each(['google:gemini-3', 'gpt-5', 'bedrock:', 'amazon.nova-lite-v1:0', ''])(
    'is not made of "%s": that fails at start',
    (name) => {
      expect(() => createChatModels({ ...options, default: name })).toThrow('bedrock:<model id>');
      expect(() => modelIdOf(name)).toThrow();
    },
  );
});
