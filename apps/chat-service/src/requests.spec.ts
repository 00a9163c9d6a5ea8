import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { textOf } from '@parley/protocol';
import { currentContext } from '@parley/service-kit';
import { Generations } from './chat/generations';
import { ChatUi } from './testing/chat-ui';
import { startChat, type ChatUnderTest } from './testing/start-chat';

/** What a question costs in requests is what it costs in money and, beside the model's stream, in processor time. */
let chat: ChatUnderTest;
beforeAll(async () => {
  chat = await startChat();
  // As everybody has one who has signed in: where there is none it is looked for at each question.
  await chat.as('alice')('/api/session/me', { method: 'PATCH', body: JSON.stringify({ name: 'Alice' }) });
});
afterAll(() => chat.close());

const asked: string[] = [];
let conversation: string | undefined;
/** Of what is asked, what a question in this conversation is the cause of: the process also asks for itself, now and then. */
const count = (target: unknown) => {
  if (currentContext()?.conversationId !== conversation) return;
  if (typeof target === 'string') asked.push(target.replace('DynamoDB_20120810.', ''));
};
/** What is asked over `node:http`, and what over undici, which gives names and values of headers in one list. */
const channels: Record<string, (message: unknown) => void> = {
  'http.client.request.start': (message) =>
    count((message as { request: ClientRequest }).request.getHeader('x-amz-target')),
  'undici:request:create': (message) => {
    const { headers } = (message as { request: { headers: string[] } }).request;
    if (headers.includes('x-amz-target')) count(headers[headers.indexOf('x-amz-target') + 1]);
  },
};
beforeAll(() => Object.entries(channels).forEach(([name, heard]) => subscribe(name, heard)));
afterAll(() => Object.entries(channels).forEach(([name, heard]) => void unsubscribe(name, heard)));

/** Until nothing of the answer is left to do, the title and the usage included. */
async function ask(ui: ChatUi, text: string): Promise<string[]> {
  asked.length = 0;
  conversation = ui.id;
  await ui.sendMessage({ text });
  await chat.service.app.get(Generations, { strict: false }).done({ generationId: ui.messages.at(-1)!.id });
  return [...asked];
}

const newChat = () => new ChatUi({ user: 'alice', url: () => chat.url, issuer: chat.issuer, id: randomUUID() });

const lastOf = (ui: ChatUi) => textOf(ui.messages.at(-1)!.parts as never);

/** What took long was also told, while it ran, that it lives: the fewest of several is what a question always asks. */
async function fewest(once: () => Promise<string[]>): Promise<string[]> {
  const counts: string[][] = [];
  for (let n = 0; n < 5; n += 1) counts.push(await once());
  return counts.sort((one, other) => one.length - other.length)[0]!;
}

const tally = (order: readonly string[]) =>
  Object.fromEntries([...new Set(order)].map((name) => [name, order.filter((one) => one === name).length]));

it('asks DynamoDB for the first answer of a conversation, its title included, what architecture.md tells', async () => {
  const order = await fewest(() => ask(newChat(), 'Hello'));
  // Without the title's own update: what the simulated model gives for one is too long.
  expect(tally(order)).toEqual({ BatchGetItem: 1, PutItem: 10, UpdateItem: 5, GetItem: 1 });
});

it('asks for each that follows what architecture.md tells', async () => {
  const ui = newChat();
  await ask(ui, 'Hello');
  expect(tally(await fewest(() => ask(ui, 'And again')))).toEqual({
    BatchGetItem: 1,
    Query: 1,
    PutItem: 7,
    UpdateItem: 4,
  });
});

it('reads what was said before beside the writes of a question, not between them and the model', async () => {
  const ui = newChat();
  await ask(ui, 'Hello');
  const order = await fewest(() => ask(ui, 'And again'));
  // Record and claim, quota; then the place is claimed, and the question written: its claim, itself, the record.
  expect(order.slice(0, 4).sort()).toEqual(['BatchGetItem', 'PutItem', 'PutItem', 'Query']);
});

it('asks as often for a long answer as for a short one', async () => {
  const ui = newChat();
  await ask(ui, 'Hello');
  const short = await fewest(() => ask(ui, 'Hello'));
  const shortText = lastOf(ui);
  const long = await fewest(() => ask(ui, 'word '.repeat(400)));
  expect(lastOf(ui).length).toBeGreaterThan(2 * shortText.length);
  expect(long).toEqual(short);
});
