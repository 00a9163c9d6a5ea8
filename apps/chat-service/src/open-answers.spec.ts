import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import { collectGarbage } from '@parley/service-kit/testing';
import { Answering } from './chat/answering';
import { readUntil } from './testing/sse';
import { startChat } from './testing/start-chat';

const PARTS = [{ type: 'text', text: 'What is a conversation?' }];

it('an open answer holds nothing of the request it was asked with: a client sends all of its history', async () => {
  const chat = await startChat();
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
  chat.bedrock.faults.next({ kind: 'slow', everyMs: 3_600_000 });
  const id = randomUUID();
  const messages = ['earlier', 'last'].map((name) => ({ id: name, role: 'user', parts: PARTS }));
  const ask = chat.as('alice');
  const response = await ask('/api/chat', { method: 'POST', body: JSON.stringify({ id, messages }) });
  await chat.bedrock.requests.until(({ outcome }) => outcome === 'open');

  const names = () => [...held].filter(([, ref]) => ref.deref() !== undefined).map(([name]) => name);
  expect(held.size).toBe(3);
  for (let round = 0; round < 10 && names().length > 0; round += 1) {
    await new Promise((wait) => setTimeout(wait, 20));
    collectGarbage();
  }
  expect(names()).toEqual([]);
  await ask(`/api/chat/${id}/stop`, { method: 'POST' });
  expect(await readUntil(response, (text) => text.includes('[DONE]'))).toContain('[DONE]');
  await chat.close();
});
