import { startHttpServer, type Answer, type SeenRequest } from '../../test/http-server';
import { hasty } from '../../test/voice-line';
import { whyUnreachable } from '../socket/ask-why';
import { askAssistant, type Question } from './ask-assistant';

let answer: (request: SeenRequest) => Answer;
let server: Awaited<ReturnType<typeof startHttpServer>>;
beforeAll(async () => void (server = await startHttpServer((request) => answer(request))));
afterAll(() => server.close());
beforeEach(() => void (server.seen.length = 0));

const chunks = [
  { type: 'start', messageId: 'm-2' },
  { type: 'text-delta', id: '0', delta: 'Grüße ' },
  { type: 'text-delta', id: '0', delta: 'aus dem Laden' },
  { type: 'finish', finishReason: 'stop' },
];
const stream = (some: object[], from = 0): Answer => ({
  headers: { 'content-type': 'text/event-stream' },
  text: some.map((chunk, n) => `id: g.${from + n + 1}\ndata: ${JSON.stringify(chunk)}\n\n`).join(''),
});
async function ask(question: Partial<Question> = {}) {
  const tokenSource = { token: () => Promise.resolve('token') };
  const options = { tokenSource, baseUrl: server.url, clock: hasty };
  const read = [];
  for await (const chunk of askAssistant(options, { conversationId: 'conversation-0001', text: 'Hello', ...question }))
    read.push(chunk);
  return read;
}

it('asks as `useChat` does, with the page’s context, and gives the answer as it comes', async () => {
  answer = () => stream(chunks);
  const context = { product: { id: 'p1', name: 'Lamp' } };
  expect(await ask({ id: 'q-1', assistant: 'storefront-helper', context })).toEqual(chunks);
  const [{ method, path, headers, body }] = server.seen as [SeenRequest];
  expect([method, path, headers.authorization]).toEqual(['POST', '/api/chat', 'Bearer token']);
  expect(JSON.parse(body)).toEqual({
    id: 'conversation-0001',
    messages: [{ id: 'q-1', role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
    trigger: 'submit-message',
    assistant: 'storefront-helper',
    context,
  });
});

it('goes on over another line where the first one ended, each chunk once', async () => {
  answer = ({ method }) => (method === 'POST' ? stream(chunks.slice(0, 2)) : stream(chunks.slice(2), 2));
  expect(await ask()).toEqual(chunks);
  expect(server.seen[1]).toMatchObject({ method: 'GET', path: '/api/chat/conversation-0001/stream' });
  expect(server.seen[1]!.headers['last-event-id']).toBe('g.2');
});

it.each<[string, Answer, object]>([
  [
    'a refusal',
    { status: 429, json: { code: 'too_many_requests', kind: 'unavailable', message: 'Slowly', retryAfterMs: 9 } },
    { code: 'too_many_requests', retryAfterMs: 9 },
  ],
  [
    'an error in the middle',
    stream([chunks[0]!, { type: 'error', errorText: 'model_timeout' }]),
    { code: 'model_timeout' },
  ],
])('throws %s as ClientError', async (_, first, facts) => {
  answer = () => first;
  await expect(ask()).rejects.toMatchObject({ name: 'ClientError', ...facts });
});

it('throws when the end does not come and nobody goes on with it: the log has what became of it', async () => {
  answer = ({ method }) => (method === 'POST' ? stream(chunks.slice(0, 2)) : { status: 204 });
  await expect(ask()).rejects.toMatchObject({ code: 'answer_failed' });
});

describe('when nothing can be read', () => {
  it('tells a page that is not admitted from an outage', async () => {
    answer = () => ({ status: 403, json: { code: 'origin_not_allowed', kind: 'denied', message: 'Not this origin' } });
    expect(await whyUnreachable(server.url)).toMatchObject({ code: 'origin_not_allowed', kind: 'denied' });
    expect(server.seen[0]!.headers).not.toHaveProperty('authorization');
    answer = () => ({ status: 401, json: { code: 'missing_token', kind: 'denied', message: 'Nobody' } });
    expect(await whyUnreachable(server.url)).toMatchObject({ code: 'network', kind: 'unavailable' });
    answer = () => 'hang up';
    expect(await whyUnreachable(server.url)).toMatchObject({ code: 'network', kind: 'unavailable' });
  });
});
