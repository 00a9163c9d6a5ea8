import { createHash, randomUUID } from 'node:crypto';
import { LIMITS, type ConversationUsageAnswer, type EntryPage } from '@parley/protocol';
import type { UIMessage } from 'ai';
import { ChatUi } from './testing/chat-ui';
import { LambdaStandIn } from './testing/lambda-stand-in';
import { BuiltService } from './testing/replica-process';
import { eventsOf, question, readUntil } from './testing/sse';
import { startReplica, type Replica } from './testing/start-chat';
import { startWorld, type World } from './testing/world';

/** Two functions at a time, as two requests at the same moment get, and the rest of the API on ECS. */
let world: World;
let ecs: Replica;
const service = new BuiltService();
const functions: LambdaStandIn[] = [];
beforeAll(async () => {
  world = await startWorld({ text: { pieceMs: 80, pieceWords: 1 } });
  service.build();
  const environment = { FORWARDED_AUTHORIZATION: 'true', AWS_LAMBDA_FUNCTION_NAME: 'answers' };
  for (let index = 0; index < 2; index += 1) {
    functions.push(await new LambdaStandIn(await service.start(world, environment)).start());
  }
  ecs = await startReplica(world);
}, 120_000);
afterAll(async () => {
  await Promise.all(functions.map((one) => one.stop()));
  await ecs.service.stop();
  await service.close();
  await world.close();
});

/** The three lines that a page adds in this shape. */
const hashed: typeof fetch = async (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set(
    'x-amz-content-sha256',
    createHash('sha256')
      .update(String(init.body ?? ''))
      .digest('hex'),
  );
  return fetch(input, { ...init, headers });
};
const ask = async (index: number, path: string, init: RequestInit = {}) => {
  const headers = { authorization: `Bearer ${await world.issuer.mint('alice')}`, 'content-type': 'application/json' };
  return hashed(functions[index]!.url + path, { ...init, headers });
};
const begin = (id: string, index = 0) =>
  ask(index, '/api/chat', { method: 'POST', body: question(id, 'tell me a long story, please', randomUUID()) });
const logOf = async (id: string) =>
  (await (await ecs.as('alice')(`/api/conversations/${id}/messages`)).json()) as EntryPage;

it('useChat with a hashing fetch completes, although Authorization is overwritten; without the hash nothing is reached', async () => {
  const ui = new ChatUi({ user: 'alice', url: () => functions[0]!.url, issuer: world.issuer, fetch: hashed });
  await ui.sendMessage({ text: 'hello' });
  expect([ui.status, ui.finished]).toEqual(['ready', [{ isError: false, finishReason: 'stop' }]]);
  await ui.sendMessage({ text: 'and again' });
  expect(ui.said).toHaveLength(4);
  const bare = new ChatUi({ user: 'alice', url: () => functions[0]!.url, issuer: world.issuer });
  await bare.sendMessage({ text: 'hello' });
  expect(bare.status).toBe('error');
});

it('everything is done when the response ends: the answer is kept and counted though the process stands still', async () => {
  const id = randomUUID();
  await (await begin(id)).text();
  expect((await logOf(id)).items).toHaveLength(2);
  const usage = await (await ecs.as('alice')(`/api/conversations/${id}/usage`)).json();
  expect((usage as ConversationUsageAnswer).items.length).toBeGreaterThan(0);
});

it('a viewer who leaves is not noticed, and the answer is whole', async () => {
  const id = randomUUID();
  await readUntil(await begin(id), (text) => text.includes('text-delta'));
  while ((await logOf(id)).items.length < 2);
  expect((await logOf(id)).items[1]).not.toHaveProperty('interrupted');
});

it('a stop reaches the function that writes by a flag in DynamoDB alone', async () => {
  const id = randomUUID();
  const writing = begin(id, 0).then((response) => response.text());
  while ((await logOf(id)).head !== 1);
  const stopped = await ask(1, `/api/chat/${id}/stop`, { method: 'POST' });
  expect([stopped.status, await stopped.json()]).toEqual([202, { stopped: true }]);
  expect(await writing).toContain('"finishReason":"interrupted"');
  expect((await logOf(id)).items[1]).toMatchObject({ interrupted: true });
});

it('a resume is answered at once with a stream that is over, and useChat then shows what was kept', async () => {
  const id = randomUUID();
  const seen = eventsOf(await (await begin(id)).text());
  expect(seen.at(-1)!.data).toBe('[DONE]');
  const resumed = await ask(1, `/api/chat/${id}/stream`);
  expect([resumed.status, resumed.headers.get('content-type'), await resumed.text()]).toEqual([
    200,
    'text/event-stream; charset=utf-8',
    'data: [DONE]\n\n',
  ]);
  // As a page does that is loaded again: what the log has, and then a look whether more is being written.
  const messages = (await logOf(id)).items.map((item) => item as unknown as UIMessage);
  expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant']);
  const url = () => functions[1]!.url;
  const ui = new ChatUi({ user: 'alice', url, issuer: world.issuer, fetch: hashed, id, messages: [...messages] });
  await ui.resumeStream();
  expect([ui.status, ui.messages]).toEqual(['ready', messages]);
});

it('an EventSource is sent away: it would come back for ever', async () => {
  const id = randomUUID();
  const body = JSON.stringify({ audience: 'stream', conversationId: id });
  const bought = await ecs.as('alice')('/api/session/ticket', { method: 'POST', body });
  const { ticket } = (await bought.json()) as { ticket: string };
  const answer = await fetch(`${functions[0]!.url}/api/chat/${id}/stream?ticket=${ticket}`);
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'not_found']);
});

it('a body that Lambda would hardly take is refused with 413, in words', async () => {
  const body = JSON.stringify({ id: randomUUID(), messages: [], padding: 'x'.repeat(LIMITS.chatBodyOnLambda) });
  const answer = await ask(0, '/api/chat', { method: 'POST', body });
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([413, 'too_large']);
});
