import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoCounters } from '@parley/assistants';
import { createDocumentClient } from '@parley/conversations';
import { Generations } from './chat/generations';
import { ChatUi } from './testing/chat-ui';
import { startChat, type ChatUnderTest } from './testing/start-chat';

/** A server that speaks OpenAI's chat completions, as Ollama does: streams answers, and gives titles in one piece. */
let asked: string[];
let server: Server;
let chat: ChatUnderTest;
beforeAll(async () => {
  asked = [];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { stream } = JSON.parse(Buffer.concat(chunks).toString()) as { stream?: boolean };
    asked.push(stream ? 'answer' : 'title');
    const usage = { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11 };
    if (!stream) {
      const choices = [
        { index: 0, message: { role: 'assistant', content: '"Brakes of trains".' }, finish_reason: 'stop' },
      ];
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ id: 'c', created: 1, model: 'm', choices, usage }));
    }
    const piece = (delta: object, finish_reason: string | null) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(piece({ role: 'assistant', content: 'By air.' }, null) + piece({}, 'stop'));
    response.end(`data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  chat = await startChat({}, { CHAT_MODEL: 'openai:llama3.2', OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` });
});
afterAll(async () => {
  await chat.close();
  await new Promise((resolve) => server.close(resolve));
});

it('a conversation is named by the model once, after its first answer, and found by that name', async () => {
  const alice = chat.as('alice');
  const ui = new ChatUi({ user: 'alice', url: () => chat.url, issuer: chat.issuer });
  await ui.sendMessage({ text: 'How do the brakes of a train work?' });
  expect(ui.said[1]).toEqual(['assistant', 'By air.']);
  const title = async () => ((await (await alice(`/api/conversations/${ui.id}`)).json()) as { title: string }).title;
  // Until then it is the beginning of the question: nobody waits for the model's.
  while ((await title()) === 'How do the brakes of a train work?');
  expect(await title()).toBe('Brakes of trains');
  await ui.sendMessage({ text: 'And of a ship?' });
  expect(asked).toEqual(['answer', 'title', 'answer']);
  await ui.sendMessage({ text: 'How do the brakes of a plane work?', messageId: ui.messages[0]!.id });
  await ui.regenerate();
  await ended();
  expect(asked).toEqual(['answer', 'title', 'answer', 'answer', 'answer']);
  const found = (await (await alice('/api/conversations?q=TRAINS+brakes')).json()) as { items: { id: string }[] };
  expect(found.items.map(({ id }) => id)).toEqual([ui.id]);
});

it('what a title takes is counted as what the person takes', async () => {
  const { sub } = chat.issuer.users[1]!;
  await new ChatUi({ user: 'bob', url: () => chat.url, issuer: chat.issuer }).sendMessage({ text: 'Hello' });
  await ended();
  const client = createDocumentClient({ region: 'us-east-1', endpoint: process.env['AWS_ENDPOINT_URL_DYNAMODB']! });
  let tokens = 0;
  await new DynamoCounters(client, 'sessions').change<{ tokens: number }>(`allowance/${sub}`, 1, (kept) => {
    tokens = kept!.tokens;
    return undefined;
  });
  client.destroy();
  // Eleven for the answer, eleven for its title.
  expect(tokens).toBe(22);
});

it('asks the model for no name where a person has given one', async () => {
  const made = await chat.as('alice')('/api/conversations', { method: 'POST', body: '{"title":"Mine"}' });
  const { id } = (await made.json()) as { id: string };
  const before = asked.length;
  await new ChatUi({ user: 'alice', url: () => chat.url, issuer: chat.issuer, id }).sendMessage({ text: 'Hello' });
  await ended();
  expect(asked.slice(before)).toEqual(['answer']);
});

/** Nothing is left to do for any answer, its title included. */
async function ended(): Promise<void> {
  const generations = chat.service.app.get(Generations, { strict: false });
  while (generations.live > 0) await new Promise(setImmediate);
}
