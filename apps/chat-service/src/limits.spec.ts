import { randomUUID } from 'node:crypto';
import { Generations } from './chat/generations';
import { ChatUi } from './testing/chat-ui';
import { question } from './testing/sse';
import { startReplica, type Replica } from './testing/start-chat';
import { startWorld, type World } from './testing/world';

let world: World;
const replicas: Replica[] = [];
beforeAll(async () => void (world = await startWorld()));
afterAll(async () => {
  await Promise.all(replicas.map(({ service }) => service.stop()));
  await world.close();
});

async function start(more: Record<string, string> = {}): Promise<Replica> {
  const replica = await startReplica(world, more);
  replicas.push(replica);
  return replica;
}
const ask = async (replica: Replica, user: string, more: object = {}) => {
  const body = JSON.stringify({ ...JSON.parse(question(randomUUID(), 'hello', randomUUID())), ...more });
  const response = await replica.as(user)('/api/chat', { method: 'POST', body });
  const text = await response.text();
  return { response, status: response.status, text, problem: () => JSON.parse(text) as Record<string, unknown> };
};

it('a person who asks too often is told what remains, in the body, on whatever replica; an unmodified useChat shows it', async () => {
  const limit = { USER_REQUESTS_PER_MINUTE: '2' };
  const [one, two] = [await start(limit), await start(limit)];
  // A minute may turn between two requests, but not between all of them.
  let refused = await ask(one, 'alice');
  while (refused.status === 200) refused = await ask(two, 'alice');
  expect(refused.status).toBe(429);
  expect(refused.response.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(refused.problem()).toMatchObject({
    code: 'too_many_requests',
    kind: 'unavailable',
    limit: 'requestsPerMinute',
    remainingRequests: 0,
    remainingTokens: expect.any(Number),
    remainingConcurrent: 10_000,
    retryAfterMs: expect.any(Number),
  });
  const ui = new ChatUi({ user: 'alice', url: () => one.url, issuer: world.issuer });
  await ui.sendMessage({ text: 'again' });
  if (ui.status === 'error') expect(JSON.parse(ui.error!.message)).toMatchObject({ code: 'too_many_requests' });
  expect((await ask(one, 'bob')).status).toBe(200);
});

it('a person whose tokens of today are used up is refused before anything is written or asked', async () => {
  const replica = await start({ USER_TOKENS_PER_DAY: '4100' });
  expect((await ask(replica, 'carol')).status).toBe(200);
  // The model is asked for a title, too, once the answer has ended.
  const generations = replica.service.app.get(Generations, { strict: false });
  while (generations.live > 0) await new Promise(setImmediate);
  const before = world.bedrock.requests.all.length;
  const id = randomUUID();
  const refused = await ask(replica, 'carol', { id });
  expect(refused.problem()).toMatchObject({ status: 429, limit: 'tokensPerDay', remainingTokens: expect.any(Number) });
  expect(world.bedrock.requests.all.length).toBe(before);
  expect((await replica.as('carol')(`/api/conversations/${id}`)).status).toBe(404);
});

it('a budget that is reached closes for everybody, with a code of its own', async () => {
  const replica = await start({ BUDGET_CALLS_PER_DAY: '1' });
  let refused = await ask(replica, 'carol');
  if (refused.status === 200) refused = await ask(replica, 'carol');
  expect(refused.problem()).toMatchObject({ status: 503, code: 'budget_reached', kind: 'unavailable' });
});

it('an admin switches an assistant off without a deployment, and on again; nobody else may', async () => {
  const replica = await start();
  const admin = world.issuer.users.find(({ groups }) => groups.includes('admins'))!.login;
  const other = world.issuer.users.find(({ groups }) => !groups.includes('admins'))!.login;
  const set = (user: string, enabled: boolean, id = 'coding-coach') =>
    replica.as(user)(`/api/admin/assistants/${id}`, { method: 'PUT', body: JSON.stringify({ enabled }) });
  const offered = async () =>
    ((await (await replica.as(other)('/api/assistants')).json()) as { items: { id: string }[] }).items.map(
      ({ id }) => id,
    );

  expect((await set(other, false)).status).toBe(403);
  expect((await set(admin, false, 'nobody')).status).toBe(404);
  expect((await set(admin, false)).status).toBe(204);
  expect(await offered()).not.toContain('coding-coach');
  const context = { problem: 'p', code: 'c', language: 'l' };
  const refused = await ask(replica, other, { assistant: 'coding-coach', context });
  expect(refused.problem()).toMatchObject({ status: 503, code: 'assistant_off' });
  expect((await ask(replica, other)).status).toBe(200);
  expect((await set(admin, true)).status).toBe(204);
  expect((await ask(replica, other, { assistant: 'coding-coach', context })).status).toBe(200);
  expect(await offered()).toContain('coding-coach');
});

it('a person sees what he used by day, an admin what everybody did, nobody else’s is shown', async () => {
  const replica = await start();
  const admin = world.issuer.users.find(({ groups }) => groups.includes('admins'))!;
  await ask(replica, 'carol');
  const usage = async (user: string, path = '/api/usage') => {
    const response = await replica.as(user)(path);
    return {
      status: response.status,
      ...((await response.json()) as { items: Record<string, unknown>[]; total: object }),
    };
  };
  while ((await usage('carol')).items.length === 0);
  const own = await usage('carol');
  expect(own.items[0]).toEqual({
    day: new Date().toISOString().slice(0, 10),
    assistant: 'general',
    model: 'bedrock:amazon.nova-lite-v1:0',
    answers: expect.any(Number),
    inputTokens: expect.any(Number),
    outputTokens: expect.any(Number),
    costUsd: expect.any(Number),
  });
  expect((await usage('carol', '/api/usage?from=2020-01-01&to=2020-02-01')).items).toEqual([]);
  expect((await usage('carol', '/api/usage?from=2026-02-01&to=2026-01-01')).status).toBe(400);
  expect((await usage('carol', '/api/usage?from=yesterday')).status).toBe(400);
  const all = await usage(admin.login, '/api/admin/usage');
  expect(all.items.map(({ principal }) => principal)).toContain(
    world.issuer.users.find(({ login }) => login === 'carol')!.sub,
  );
  const notAdmin = world.issuer.users.find(({ groups }) => !groups.includes('admins'))!.login;
  expect((await usage(notAdmin, '/api/admin/usage')).status).toBe(403);
});
