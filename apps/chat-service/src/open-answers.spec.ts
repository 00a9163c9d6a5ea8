import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { collectGarbage } from '@parley/service-kit/testing';
import { Answering } from './chat/answering';
import { readUntil } from './testing/sse';
import { startChat } from './testing/start-chat';

const PARTS = [{ type: 'text' as const, text: 'What is a conversation?' }];

it('an open answer holds nothing of the request it was asked with, nor of the log: both may be long', async () => {
  const chat = await startChat();
  const id = randomUUID();
  const author = {
    kind: 'user' as const,
    id: chat.issuer.users.find(({ login }) => login === 'alice')!.sub,
    name: 'Alice',
  };
  const log = await chat.store.createHeld(author, { id });
  await log.append({ type: 'message', role: 'user', author, parts: PARTS, clientId: 'earlier' }, 'earlier');

  const held = new Map<string, WeakRef<object>>();
  const server = chat.service.app.getHttpServer() as Server;
  const answering = chat.service.app.get(Answering, { strict: false });
  server.once('request', (request: IncomingMessage & { body?: object }) => {
    const asked = new WeakRef(request);
    answering.answer = (author, body) => {
      held.set('its body', new WeakRef(asked.deref()!.body!));
      held.set('what was read of it', new WeakRef(body));
      held.set('a message in it', new WeakRef(body.messages[0] as object));
      return Answering.prototype.answer.call(answering, author, body);
    };
  });
  const { store } = answering['parts'];
  const { hold } = store;
  store.hold = async (...whose) => {
    const conversation = await hold(...whose);
    const { lastMessages } = conversation;
    conversation.lastMessages = async (limit) => {
      const messages = await lastMessages(limit);
      held.set('a message of the log', new WeakRef(messages[0]!));
      return messages;
    };
    return conversation;
  };
  chat.bedrock.faults.next({ kind: 'slow', everyMs: 3_600_000 });
  const ask = chat.as('alice');
  const messages = ['earlier', 'last'].map((name) => ({ id: name, role: 'user', parts: PARTS }));
  const response = await ask('/api/chat', { method: 'POST', body: JSON.stringify({ id, messages }) });
  await chat.bedrock.requests.until(({ outcome }) => outcome === 'open');

  const names = () => [...held].filter(([, ref]) => ref.deref() !== undefined).map(([name]) => name);
  expect(held.size).toBe(4);
  for (let round = 0; round < 10 && names().length > 0; round += 1) {
    await new Promise((wait) => setTimeout(wait, 20));
    collectGarbage();
  }
  expect(names()).toEqual([]);
  await ask(`/api/chat/${id}/stop`, { method: 'POST' });
  expect(await readUntil(response, (text) => text.includes('[DONE]'))).toContain('[DONE]');
  await chat.close();
});
