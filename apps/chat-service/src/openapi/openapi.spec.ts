import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { question } from '../testing/sse';
import { ORIGIN, startChat, type ChatUnderTest } from '../testing/start-chat';

interface Operation {
  summary: string;
  security: object[];
  parameters?: { name: string; in: string }[];
  responses: Record<string, { content?: Record<string, { schema: Record<string, unknown> }> }>;
}
type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: { Problem: Record<string, unknown> } };
};

let chat: ChatUnderTest;
let document: Document;
const asked = new Set<string>();
beforeAll(async () => {
  chat = await startChat();
  document = (await (await fetch(`${chat.url}/api/openapi.json`)).json()) as Document;
});
afterAll(() => chat.close());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );

/** Asks, and holds the answer to what the document says of it. */
async function ask(
  method: string,
  template: string,
  init: { user?: string; body?: unknown; id?: string; query?: string } = {},
) {
  const path = template.replace('{id}', init.id ?? '').replace('{principalId}', 'nobody') + (init.query ?? '');
  const body = init.body === undefined ? {} : { body: JSON.stringify(init.body) };
  const headers = { origin: ORIGIN, 'content-type': 'application/json' };
  const request = { method, headers, ...body };
  const response =
    init.user === undefined ? await fetch(chat.url + path, request) : await chat.as(init.user)(path, request);
  const operation = document.paths[template]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`${method} ${template} is not in the document`);
  asked.add(`${method} ${template}`);
  const text = await response.text();
  const told = operation.responses[String(response.status)] ?? operation.responses['default']!;
  const type = response.headers.get('content-type')?.split(';')[0];
  if (type === undefined) {
    expect([text, told.content]).toEqual(['', undefined]);
    return { status: response.status, json: {} };
  }
  const described = told.content?.[type]?.schema;
  expect([template, type, described === undefined]).toEqual([template, type, false]);
  if (!type.endsWith('json')) return { status: response.status, json: {} };
  const schema = '$ref' in described! ? document.components.schemas.Problem : described!;
  const json: unknown = JSON.parse(text);
  const checked = z.fromJSONSchema(schema as never).safeParse(json);
  expect([template, response.status, checked.error?.issues]).toEqual([template, response.status, undefined]);
  return { status: response.status, json: json as Record<string, unknown> };
}

it('is served to everybody, and tells of every route what it answers and who may ask', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(operations().length).toBeGreaterThan(20);
  for (const { name, operation } of operations()) {
    expect([name, operation.summary]).not.toEqual([name, '']);
    const good = Object.keys(operation.responses).filter((status) => status.startsWith('2'));
    expect([name, good.length > 0, 'default' in operation.responses]).toEqual([name, true, true]);
  }
  expect(document.paths['/api/session/token']!['post']!.security).toEqual([]);
  expect(document.paths['/api/admin/usage']!['get']!.security).toEqual([{ bearer: [] }]);
  expect(document.paths['/api/conversations']!['get']!.parameters?.map(({ name }) => name)).toEqual([
    'limit',
    'cursor',
    'q',
  ]);
});

it('says the same as the service: every answer is as it is described, also every refusal', async () => {
  const user = 'alice';
  const login = chat.issuer.users.find(({ groups }) => groups.includes('admins'))!.login;
  const { json: made } = await ask('POST', '/api/conversations', { user, body: { title: 'Mine' } });
  const id = made['id'] as string;
  const missing = randomUUID();
  const asking = JSON.parse(question(id, 'hello', randomUUID())) as object;
  expect((await ask('POST', '/api/chat', { user, body: asking })).status).toBe(200);
  await ask('POST', '/api/chat', { user, body: { id: 'no' } });
  await ask('GET', '/api/chat/{id}/stream', { user, id });
  await ask('GET', '/api/chat/{id}/stream', { user, id: missing });
  await ask('POST', '/api/chat/{id}/stop', { user, id });
  await ask('POST', '/api/chat/{id}/stop', { user, id: missing });
  for (const conversation of [id, missing]) {
    await ask('GET', '/api/conversations/{id}', { user, id: conversation });
    await ask('PATCH', '/api/conversations/{id}', { user, id: conversation, body: { title: 'Other' } });
    await ask('GET', '/api/conversations/{id}/messages', { user, id: conversation });
    await ask('GET', '/api/conversations/{id}/usage', { user, id: conversation });
    await ask('GET', '/api/conversations/{id}/export', { user, id: conversation });
    await ask('GET', '/api/conversations/{id}/export', { user, id: conversation, query: '?format=markdown' });
  }
  await ask('GET', '/api/conversations', { user, query: '?limit=1' });
  await ask('GET', '/api/conversations', { user, query: '?limit=0' });
  await ask('GET', '/api/conversations');
  await ask('DELETE', '/api/conversations/{id}', { user, id });
  await ask('GET', '/api/assistants', { user });
  await ask('GET', '/api/usage', { user });
  await ask('GET', '/api/usage', { user, query: '?from=never' });
  await ask('GET', '/api/admin/usage', { user: login });
  await ask('GET', '/api/admin/usage', { user: chat.issuer.users.find(({ groups }) => groups.length === 0)!.login });
  for (const what of ['calls', 'connections', 'ceilings', 'assistants'] as const) {
    await ask('GET', `/api/admin/${what}`, { user: login });
    await ask('GET', `/api/admin/${what}`);
  }
  await ask('PUT', '/api/admin/assistants/{id}', { user: login, id: 'general', body: { enabled: true } });
  await ask('PUT', '/api/session/blocks/{principalId}', { user });
  await ask('GET', '/api/session/blocks', { user });
  await ask('DELETE', '/api/session/blocks/{principalId}', { user });
  const { json: room } = await ask('POST', '/api/rooms', { user, body: { title: 'Lunch', open: true } });
  const inRoom = { user, id: room['id'] as string };
  await ask('POST', '/api/rooms', { user, body: {} });
  await ask('GET', '/api/rooms', { user });
  await ask('POST', '/api/rooms/{id}/invitations', inRoom);
  await ask('POST', '/api/rooms/{id}/join', { ...inRoom, user: login, body: {} });
  await ask('POST', '/api/rooms/{id}/join', { ...inRoom, id: missing, body: {} });
  await ask('POST', '/api/rooms/{id}/members', { ...inRoom, body: { user: missing } });
  await ask('PUT', '/api/rooms/{id}/members/{principalId}/mute', { ...inRoom, body: { muted: true } });
  await ask('POST', '/api/rooms/{id}/reports', { ...inRoom, body: { principalId: 'nobody', reason: 'rude' } });
  await ask('POST', '/api/rooms/{id}/reports', { ...inRoom, body: { reason: 'rude' } });
  await ask('GET', '/api/admin/reports', { user: login });
  const removal = { conversationId: missing, messageId: missing, reason: 'rude' };
  await ask('POST', '/api/admin/removals', { user: login, body: removal });
  await ask('PUT', '/api/admin/bans/{principalId}', { user: login, body: { reason: 'rude' } });
  await ask('GET', '/api/admin/bans', { user: login });
  await ask('DELETE', '/api/admin/bans/{principalId}', { user: login });
  await ask('GET', '/api/admin/audit', { user: login });
  await ask('DELETE', '/api/rooms/{id}/members/{principalId}', inRoom);
  await ask('POST', '/api/rooms/{id}/leave', { ...inRoom, user: login });
  await ask('POST', '/api/rooms/{id}/archive', inRoom);
  await ask('GET', '/api/openapi.json');
  await ask('GET', '/api/asyncapi.json');
  await ask('GET', '/api/session/me', { user });
  await ask('GET', '/api/session/me');
  await ask('PATCH', '/api/session/me', { user, body: { name: 'Alice' } });
  await ask('PUT', '/api/session/consent', { user, body: { transcripts: true } });
  await ask('PUT', '/api/session/consent', { user, body: {} });
  await ask('POST', '/api/session/ticket', { user, body: { audience: 'chat' } });
  await ask('POST', '/api/session/guest', { body: {} });
  await ask('POST', '/api/session/claim', { user, body: {} });
  await ask('POST', '/api/session/token', { body: { code: 'c', codeVerifier: 'v'.repeat(43), redirectUri: ORIGIN } });
  await ask('POST', '/api/session/refresh', { body: {} });
  await ask('POST', '/api/session/logout', { user, body: {} });
  await ask('DELETE', '/api/session/me', { user });
  await ask('DELETE', '/api/session/me');
  expect([...asked].sort()).toEqual(
    operations()
      .map(({ name }) => name)
      .sort(),
  );
});
