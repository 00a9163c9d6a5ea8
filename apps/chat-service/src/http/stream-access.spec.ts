import { randomUUID } from 'node:crypto';
import { eventsOf, question, readUntil } from '../testing/sse';
import { startChat, type ChatUnderTest } from '../testing/start-chat';

let chat: ChatUnderTest;
beforeAll(async () => void (chat = await startChat({ text: { pieceMs: 30, pieceWords: 1 } })));
afterAll(() => chat.close());

const begin = async (user = 'alice') => {
  const id = randomUUID();
  const response = await chat.as(user)('/api/chat', { method: 'POST', body: question(id, 'tell me', randomUUID()) });
  return { id, response };
};
const ticketFor = async (conversationId: string, user = 'alice', audience = 'stream') => {
  const body = JSON.stringify({ audience, conversationId });
  const response = await chat.as(user)('/api/session/ticket', { method: 'POST', body });
  return ((await response.json()) as { ticket: string }).ticket;
};
/** As an EventSource asks: no header of its own but the cursor. */
const ask = (id: string, query: string, headers: Record<string, string> = {}) =>
  fetch(`${chat.url}/api/chat/${id}/stream${query}`, { headers: { origin: 'http://localhost:4200', ...headers } });

it('opens a stream by a ticket, and again by the cookie that its first use set', async () => {
  const { id, response } = await begin();
  const ticket = await ticketFor(id);
  const first = await ask(id, `?ticket=${ticket}`);
  expect(first.status).toBe(200);
  const set = first.headers.get('set-cookie')!;
  expect(set).toMatch(
    new RegExp(`^parley_stream=[^;]+; Max-Age=900; Path=/api/chat/${id}/stream; HttpOnly; SameSite=Strict$`),
  );
  const seen = eventsOf(await readUntil(first, (text) => text.includes('text-delta')));

  // What it sends when it reconnects by itself: the same URL, its cursor, the cookie; and the ticket is over by then.
  const cookie = set.split(';')[0]!;
  const cursor = seen.at(-1)!.id!;
  const rest = eventsOf(await (await ask(id, '?ticket=spent', { cookie, 'last-event-id': cursor })).text());
  expect([...seen, ...rest]).toEqual(eventsOf(await response.text()));

  // It comes back once more after the end, and is told that there is nothing left.
  const last = rest.at(-2)!.id!;
  expect((await ask(id, '?ticket=spent', { cookie, 'last-event-id': last })).status).toBe(204);
});

it('takes a fresh ticket twice, because CloudFront repeats a GET', async () => {
  const { id, response } = await begin();
  const ticket = await ticketFor(id);
  const both = await Promise.all([ask(id, `?ticket=${ticket}`), ask(id, `?ticket=${ticket}`)]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  await Promise.all([response.text(), ...both.map((one) => one.text())]);
});

it('reads a bearer token first: a spent ticket beside it is ignored', async () => {
  const { id, response } = await begin();
  await response.text();
  expect((await chat.as('alice')(`/api/chat/${id}/stream?ticket=spent`)).status).toBe(200);
});

it('is not cut when the token that opened it ends', async () => {
  const id = randomUUID();
  // Over already, and for two seconds more within the tolerance of clocks; the answer takes longer.
  const expiresInMs = -3_000;
  const over = Date.now() + 2_000;
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${await chat.issuer.mint('alice', { expiresInMs })}`,
  };
  const body = question(id, 'word '.repeat(120), randomUUID());
  const asked = await fetch(`${chat.url}/api/chat`, { method: 'POST', headers, body });
  const resumed = await fetch(`${chat.url}/api/chat/${id}/stream`, { headers });
  expect([asked.status, resumed.status]).toEqual([200, 200]);
  const [own, again] = (await Promise.all([asked.text(), resumed.text()])).map(eventsOf);
  expect(Date.now()).toBeGreaterThan(over);
  expect(JSON.stringify(own!.at(-2))).toContain('finish');
  expect(again).toEqual(own);
  expect((await fetch(`${chat.url}/api/chat/${id}/stream`, { headers })).status).toBe(401);
});

describe('refuses', () => {
  it.each<[string, (id: string, other: string) => Promise<Response>, number]>([
    ['nothing at all', (id) => ask(id, ''), 401],
    ['no ticket of ours', (id) => ask(id, '?ticket=guessed'), 401],
    ['a ticket of another conversation', async (id, other) => ask(id, `?ticket=${await ticketFor(other)}`), 401],
    ['a ticket for sockets', async (id) => ask(id, `?ticket=${await ticketFor(id, 'alice', 'chat')}`), 401],
    ['a token in the URL', async (id) => ask(id, `?token=${await chat.issuer.mint('alice')}`), 401],
    [
      'the cookie of another stream',
      async (id, other) => {
        const set = (await ask(other, `?ticket=${await ticketFor(other)}`)).headers.get('set-cookie')!;
        return ask(id, '', { cookie: set.split(';')[0]! });
      },
      401,
    ],
  ])('%s', async (_, attempt, status) => {
    const { id, response } = await begin();
    const other = await begin();
    const answer = await attempt(id, other.id);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    await Promise.all([response.text(), other.response.text()]);
  });

  it('somebody else’s conversation with 204, as one that nobody has', async () => {
    const { id, response } = await begin();
    expect((await ask(id, `?ticket=${await ticketFor(id, 'bob')}`)).status).toBe(204);
    const unknown = randomUUID();
    expect((await ask(unknown, `?ticket=${await ticketFor(unknown, 'bob')}`)).status).toBe(204);
    await response.text();
  });
});

it('is asked by HEAD whether there is something to read, and answered before that is written', async () => {
  const { id, response } = await begin();
  const head = await chat.as('alice')(`/api/chat/${id}/stream`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const stopped = await chat.as('alice')(`/api/chat/${id}/stop`, { method: 'POST' });
  expect(await stopped.json()).toEqual({ stopped: true });
  await response.text();
});
