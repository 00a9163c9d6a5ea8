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
const count = (message: unknown) => {
  if (currentContext()?.conversationId !== conversation) return;
  const target = (message as { request: ClientRequest }).request.getHeader('x-amz-target');
  if (typeof target === 'string') asked.push(target.replace('DynamoDB_20120810.', ''));
};
beforeAll(() => subscribe('http.client.request.start', count));
afterAll(() => void unsubscribe('http.client.request.start', count));

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

it('asks DynamoDB 20 times at the most for the first answer of a conversation, its title included', async () => {
  expect((await fewest(() => ask(newChat(), 'Hello'))).length).toBeLessThanOrEqual(20);
});

it('asks 18 times at the most for each that follows', async () => {
  const ui = newChat();
  await ask(ui, 'Hello');
  expect((await fewest(() => ask(ui, 'And again'))).length).toBeLessThanOrEqual(18);
});

it('reads what was said before beside the writes of a question, not between them and the model', async () => {
  const ui = newChat();
  await ask(ui, 'Hello');
  const order = await fewest(() => ask(ui, 'And again'));
  // Record and claim, quota; then the place is claimed, and the question written: its claim, itself, the record.
  expect(order.slice(0, 5).sort()).toEqual(['GetItem', 'GetItem', 'PutItem', 'PutItem', 'Query']);
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
