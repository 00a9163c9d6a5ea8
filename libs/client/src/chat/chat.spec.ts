import { createHash } from 'node:crypto';
import type { UIMessageChunk } from 'ai';
import type { TokenWish } from '../session/token-provider';
import { startHttpServer, type Answer, type SeenRequest } from '../../test/http-server';
import { ChatClient } from './chat-client';
import { asChatError } from './chat-error';
import { createChatTransport } from './chat-transport';

let answer: (request: SeenRequest) => Answer;
let server: Awaited<ReturnType<typeof startHttpServer>>;
beforeAll(async () => void (server = await startHttpServer((request) => answer(request))));
afterAll(() => server.close());
beforeEach(() => void (server.seen.length = 0));

let tokens = 0;
const tokenSource = {
  token: ({ refused }: TokenWish = {}) => {
    if (refused !== undefined || tokens === 0) tokens += 1;
    return Promise.resolve(`token-${tokens}`);
  },
};
beforeEach(() => void (tokens = 0));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const answerText = [
  { type: 'start', messageId: 'm-2' },
  { type: 'text-start', id: '0' },
  { type: 'text-delta', id: '0', delta: 'Grüße' },
  { type: 'text-end', id: '0' },
  { type: 'finish', finishReason: 'stop' },
];
const stream: Answer = {
  headers: { 'content-type': 'text/event-stream' },
  text: [...answerText.map((chunk) => JSON.stringify(chunk)), '[DONE]'].map((line) => `data: ${line}\n\n`).join(''),
};
const question = { id: 'm-1', role: 'user' as const, parts: [{ type: 'text' as const, text: 'Wie geht’s? 👋' }] };
const ask = (transport: ReturnType<typeof createChatTransport>) =>
  transport.sendMessages({
    trigger: 'submit-message',
    chatId: 'conversation-0001',
    messageId: undefined,
    messages: [question],
    abortSignal: undefined,
  });
async function chunksOf(readable: ReadableStream<UIMessageChunk>): Promise<UIMessageChunk[]> {
  const chunks: UIMessageChunk[] = [];
  for await (const chunk of readable as unknown as AsyncIterable<UIMessageChunk>) chunks.push(chunk);
  return chunks;
}

describe('the transport for useChat', () => {
  it('sends the token, and the hash of exactly the bytes that arrive', async () => {
    answer = () => stream;
    const transport = createChatTransport({
      tokenSource,
      baseUrl: `${server.url}/`,
      body: () => ({ assistant: 'guide' }),
    });
    expect(await chunksOf(await ask(transport))).toEqual(answerText);
    const [{ method, path, headers, body }] = server.seen as [SeenRequest];
    expect([method, path]).toEqual(['POST', '/api/chat']);
    expect(headers).toMatchObject({ authorization: 'Bearer token-1', 'x-amz-content-sha256': sha256(body) });
    expect(JSON.parse(body)).toMatchObject({ id: 'conversation-0001', assistant: 'guide', messages: [question] });
  });

  it('resumes with the token and without a hash, and takes 204 for nothing to resume', async () => {
    answer = () => ({ status: 204 });
    const transport = createChatTransport({ tokenSource, baseUrl: server.url });
    await expect(transport.reconnectToStream({ chatId: 'conversation-0001' })).resolves.toBeNull();
    expect(server.seen).toMatchObject([{ path: '/api/chat/conversation-0001/stream' }]);
    expect(server.seen[0]!.headers).not.toHaveProperty('x-amz-content-sha256');
  });

  it('answers a 401 once with a newer token', async () => {
    answer = ({ headers }) => (headers.authorization === 'Bearer token-1' ? { status: 401, json: {} } : stream);
    await chunksOf(await ask(createChatTransport({ tokenSource, baseUrl: server.url })));
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('throws a refusal as ClientError, with its code and words', async () => {
    answer = () => ({
      status: 409,
      json: { code: 'generation_running', kind: 'invalid', message: 'One is being written' },
    });
    const refused = ask(createChatTransport({ tokenSource, baseUrl: server.url }));
    await expect(refused).rejects.toMatchObject({
      code: 'generation_running',
      kind: 'invalid',
      message: 'One is being written',
    });
  });

  it('lets a network error through as it is: the AI SDK resumes after one', async () => {
    answer = () => 'hang up';
    const failed = ask(createChatTransport({ tokenSource, baseUrl: server.url }));
    await expect(failed).rejects.toMatchObject({ name: 'TypeError', message: expect.stringContaining('fetch') });
  });
});

describe('ChatClient', () => {
  const client = () => new ChatClient({ tokenSource, baseUrl: server.url });

  it.each<[string, (chat: ChatClient) => Promise<unknown>, string, string, unknown]>([
    ['lists', (chat) => chat.list({ limit: 5, q: 'a b' }), 'GET', '/api/conversations?limit=5&q=a+b', undefined],
    ['gets', (chat) => chat.get('c 1'), 'GET', '/api/conversations/c%201', undefined],
    ['creates', (chat) => chat.create({ title: 'T' }), 'POST', '/api/conversations', { title: 'T' }],
    ['renames', (chat) => chat.rename('c1', 'T'), 'PATCH', '/api/conversations/c1', { title: 'T' }],
    ['removes', (chat) => chat.remove('c1'), 'DELETE', '/api/conversations/c1', undefined],
    ['pages', (chat) => chat.messages('c1', { after: 0 }), 'GET', '/api/conversations/c1/messages?after=0', undefined],
    ['stops', (chat) => chat.stop('c1'), 'POST', '/api/chat/c1/stop', {}],
    ['names assistants', (chat) => chat.assistants(), 'GET', '/api/assistants', undefined],
  ])('%s', async (_, run, method, path, body) => {
    answer = () => (method === 'DELETE' ? { status: 204 } : { json: { stopped: true, items: [] } });
    await run(client());
    expect(server.seen).toMatchObject([{ method, path, headers: { authorization: 'Bearer token-1' } }]);
    const [{ headers, body: sent }] = server.seen as [SeenRequest];
    expect(sent).toBe(body === undefined ? '' : JSON.stringify(body));
    expect(headers['x-amz-content-sha256']).toBe(body === undefined ? undefined : sha256(sent));
  });

  it('brings the whole conversation as a file', async () => {
    answer = () => ({ text: '# Trains', headers: { 'content-type': 'text/markdown' } });
    const file = await client().export('c 1', 'markdown');
    await expect(file.text()).resolves.toBe('# Trains');
    expect(server.seen).toMatchObject([{ method: 'GET', path: '/api/conversations/c%201/export?format=markdown' }]);
  });

  it.each<[string, Answer, object]>([
    [
      'a problem document',
      { status: 503, json: { code: 'store_unavailable', kind: 'unavailable', message: 'Later', retryAfterMs: 1_500 } },
      { code: 'store_unavailable', kind: 'unavailable', message: 'Later', retryAfterMs: 1_500, status: 503 },
    ],
    [
      'a proxy’s page',
      { status: 504, text: '<html>', headers: { 'content-type': 'text/html', 'retry-after': '2' } },
      { code: 'http_504', kind: 'unavailable', retryAfterMs: 2_000 },
    ],
    ['no answer', 'hang up', { code: 'network', kind: 'unavailable' }],
  ])('makes a ClientError of %s', async (_, reply, facts) => {
    answer = () => reply;
    await expect(client().list()).rejects.toMatchObject({ name: 'ClientError', ...facts });
  });
});

describe('an error of useChat', () => {
  it.each<[Error, object]>([
    [new TypeError('fetch failed'), { code: 'network' }],
    [
      new Error('model_timeout'),
      { code: 'model_timeout', kind: 'unavailable', message: expect.stringMatching(/long/) },
    ],
    [new Error('{"code":"x","kind":"denied","message":"No."}'), { code: 'x', kind: 'denied', message: 'No.' }],
    [new Error('The model cannot answer right now'), { message: 'The model cannot answer right now' }],
    [new Error('{"stack":"at Object…"}'), { code: 'answer_failed', message: 'The answer broke off. Try again.' }],
    [new Error('toString'), { code: 'answer_failed' }],
  ])('is told as facts: %s', (error, facts) => expect(asChatError(error)).toMatchObject(facts));
});
