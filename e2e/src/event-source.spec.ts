import { randomUUID } from 'node:crypto';
import { scene } from './support/scene';

const here = scene();

it('a plain EventSource of a browser follows an answer by a ticket, and stops when it has ended', async () => {
  const { page } = await here.open();
  await page.goto(here.stack.url);
  const seen = await page.evaluate(
    async ({ id, messageId, token }) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const post = (path: string, body: object) => fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
      const bought = await post('/api/session/ticket', { audience: 'stream', conversationId: id });
      const { ticket } = (await bought.json()) as { ticket: string };
      const parts = [{ type: 'text', text: `Tell me ${'more and '.repeat(30)}more` }];
      const asked = await post('/api/chat', { id, messages: [{ id: messageId, role: 'user', parts }] });
      // The asker goes away; the answer does not.
      await asked.body!.cancel();

      const source = new EventSource(`/api/chat/${id}/stream?ticket=${ticket}`);
      const events: { id: string; data: string }[] = [];
      return new Promise<typeof events>((resolve) => {
        source.onmessage = ({ lastEventId, data }) => events.push({ id: lastEventId, data });
        // After the last chunk the browser comes back by itself, with its cursor and the cookie alone, and gets 204.
        source.onerror = () => source.readyState === EventSource.CLOSED && resolve(events);
      });
    },
    { id: randomUUID(), messageId: randomUUID(), token: await here.stack.token('alice') },
  );
  const types = seen.map(({ data }) => (data === '[DONE]' ? data : (JSON.parse(data) as { type: string }).type));
  expect([types[0], ...types.slice(-2)]).toEqual(['start', 'finish', '[DONE]']);
  const chunks = seen.slice(0, -1);
  expect(chunks.map(({ id }) => Number(id.split('.')[1]))).toEqual(chunks.map((_, index) => index + 1));
});
