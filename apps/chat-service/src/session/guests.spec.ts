import { randomUUID } from 'node:crypto';
import { GuestSessions } from '@parley/auth/testing';
import type { AssistantSummary, ConversationList, EntryPage, PublicPrincipal } from '@parley/protocol';
import { GUEST_KEY, ORIGIN, PARTNER, startChat, type ChatUnderTest } from '../testing/start-chat';

let chat: ChatUnderTest;
beforeAll(async () => {
  chat = await startChat({ text: { pieceMs: 10 } }, { CLIENT_ADDRESS_HEADER: 'x-viewer' });
});
afterAll(() => chat.close());

let viewers = 0;
const json = { 'content-type': 'application/json' };
type Headers = Record<string, string>;

/** A guest of a page: of the own origin by its cookie, of another by its session. */
async function newGuest(origin: string): Promise<{ headers: Headers; session: string | undefined }> {
  // New guests are counted by address.
  const viewer = { 'x-viewer': `10.0.0.${(viewers += 1)}:1` };
  const response = await fetch(`${chat.url}/api/session/guest`, { method: 'POST', body: '{}', headers: { ...json, ...viewer, origin } });
  const { session } = (await response.json()) as { session?: string };
  const [cookie] = response.headers.getSetCookie();
  const credential: Headers = cookie ? { cookie: cookie.split(';')[0]! } : { authorization: `Guest ${session}` };
  return { session, headers: { ...json, origin, ...credential } };
} // prettier-ignore

const call = (path: string, headers: Headers, method = 'GET', body?: object) =>
  fetch(chat.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
const read = async <T>(path: string, headers: Headers) => (await (await call(path, headers)).json()) as T;
const ask = (headers: Headers, id: string, text: string, more = {}) =>
  call('/api/chat', headers, 'POST', {
    id,
    messages: [{ id: randomUUID(), role: 'user', parts: [{ type: 'text', text }] }],
    ...more,
  });
const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];

describe.each([
  ['of the own origin, by cookie', ORIGIN],
  ['of another allowed origin, by session', PARTNER],
])('a guest %s', (_, origin) => {
  it('asks, reads what was said, and sees nobody else’s', async () => {
    const { headers } = await newGuest(origin);
    const id = randomUUID();
    const answer = await ask(headers, id, 'hello there');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('hello there');
    const { items } = await read<ConversationList>('/api/conversations', headers);
    expect(items.map((item) => item.id)).toEqual([id]);
    const page = await read<EntryPage>(`/api/conversations/${id}/messages`, headers);
    expect(page.items[0]).toMatchObject({ role: 'user', author: { kind: 'guest', id: expect.stringMatching(/^g-/) } });
    expect((await call(`/api/chat/${id}/stop`, headers, 'POST', {})).status).toBe(202);
    expect((await call('/api/usage', headers)).status).toBe(200);
    const { headers: other } = await newGuest(origin);
    expect(await codeOf(await call(`/api/conversations/${id}`, other))).toEqual([404, 'conversation_not_found']);
    expect(await codeOf(await ask(other, id, 'mine now'))).toEqual([404, 'conversation_not_found']);
  });

  it('chooses among the assistants that admit guests, and gets no other', async () => {
    const { headers } = await newGuest(origin);
    const { items } = await read<{ items: AssistantSummary[] }>('/api/assistants', headers);
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(['general']));
    expect(items.map(({ id }) => id)).not.toContain('coding-coach');
    const id = randomUUID();
    expect((await ask(headers, id, 'hi', { assistant: 'coding-coach' })).ok).toBe(false);
    expect((await call('/api/conversations', headers, 'POST', { assistant: 'coding-coach' })).ok).toBe(false);
    expect((await call(`/api/conversations/${id}`, headers)).status).toBe(404);
  });

  it('makes no room of its own, and is no admin', async () => {
    const { headers } = await newGuest(origin);
    expect(await codeOf(await call('/api/rooms', headers, 'POST', { title: 'Mine' }))).toEqual([
      401,
      'guests_not_admitted',
    ]);
    expect((await read<ConversationList>('/api/rooms', headers)).items).toEqual([]);
    expect(await codeOf(await call('/api/admin/usage', headers))).toEqual([401, 'guests_not_admitted']);
  });

  it('may say what it is called', async () => {
    const { headers } = await newGuest(origin);
    await call('/api/session/me', headers, 'PATCH', { name: 'Visitor' });
    expect(await read<PublicPrincipal>('/api/session/me', headers)).toMatchObject({ kind: 'guest', name: 'Visitor' });
  });
});

it('by cookie changes nothing for a page of another site, nor for a form', async () => {
  const { headers } = await newGuest(ORIGIN);
  const id = randomUUID();
  // The name that the cookie of a deployed page has.
  const cookie = `__Secure-${headers['cookie']}`;
  expect(await codeOf(await ask({ ...headers, cookie, origin: 'https://evil.example' }, id, 'x'))).toEqual([403, 'origin_not_allowed']);
  expect(await codeOf(await ask({ ...headers, 'content-type': 'text/plain' }, id, 'x'))).toEqual([403, 'json_required']);
}); // prettier-ignore

describe('a guest who signs in', () => {
  const bearer = async (user: string, headers: Headers = {}): Promise<Headers> => ({
    ...json,
    origin: ORIGIN,
    authorization: `Bearer ${await chat.issuer.mint(user)}`,
    ...headers,
  });

  it('keeps what was said: by the cookie, or by the session of another origin', async () => {
    for (const origin of [ORIGIN, PARTNER]) {
      const { headers, session } = await newGuest(origin);
      const id = randomUUID();
      await (await ask(headers, id, 'before signing in')).text();
      const user = await bearer('bob', session === undefined ? { cookie: headers['cookie']! } : { origin });
      const claim = await call('/api/session/claim', user, 'POST', session === undefined ? {} : { session });
      expect([claim.status, await claim.json()]).toEqual([200, { conversations: [id] }]);
      // Whoever uses this browser next is another guest: nothing is said to him that the one before can read.
      const taken = claim.headers.getSetCookie().map((cookie) => /^[\w-]+=;.*Max-Age=0/i.test(cookie));
      expect(taken).toEqual(session === undefined ? [true] : []);
      expect((await call(`/api/conversations/${id}`, user)).status).toBe(200);
      expect((await call(`/api/conversations/${id}`, headers)).status).toBe(404);
      const again = await call('/api/session/claim', user, 'POST', session === undefined ? {} : { session });
      expect(await again.json()).toEqual({ conversations: [] });
    }
  });

  it('has the answer that was being written, and who was a guest reads no more of it', async () => {
    const { headers, session } = await newGuest(PARTNER);
    const id = randomUUID();
    const response = await ask(headers, id, 'a long story please '.repeat(200));
    const reader = response.body!.getReader();
    let told = '';
    const readOn = async () => {
      const { value, done } = await reader.read();
      told += Buffer.from(value ?? []).toString();
      return !done;
    };
    while (!told.includes('"type":"text-delta"')) await readOn();
    const user = await bearer('bob', { origin: PARTNER });
    const claim = await call('/api/session/claim', user, 'POST', { session });
    expect(await claim.json()).toEqual({ conversations: [id] });
    const { items } = await read<EntryPage>(`/api/conversations/${id}/messages`, user);
    expect(items).toMatchObject([{ role: 'user' }, { role: 'assistant', interrupted: true }]);
    // The stream that the guest had open ends there too.
    while (await readOn());
    expect(told).toContain('"finishReason":"interrupted"');
    for (const path of [`/api/conversations/${id}`, `/api/conversations/${id}/messages`])
      expect((await call(path, headers)).status).toBe(404);
    expect((await call(`/api/chat/${id}/stream`, headers)).status).toBe(204);
    expect((await ask(headers, id, 'go on')).status).toBe(404);
  });

  it('claims nothing with no cookie or a bad one, nor with a session that is forged, over or signed by a retired key', async () => {
    const user = await bearer('bob', { cookie: 'parley_guest=g1.x' });
    expect(await (await call('/api/session/claim', user, 'POST', {})).json()).toEqual({ conversations: [] });
    const { session } = await newGuest(PARTNER);
    const forged = `${session!.slice(0, session!.lastIndexOf('.'))}.${'A'.repeat(43)}`;
    const retired = new GuestSessions(['a-key-that-signed-guest-sessions-before']).issue();
    const over = new GuestSessions([GUEST_KEY], () => Date.now() - 31 * 86_400_000).issue();
    for (const bad of ['g1.x', forged, retired.session, over.session]) {
      const claim = await call('/api/session/claim', user, 'POST', { session: bad });
      expect([claim.status, await claim.json()]).toEqual([200, { conversations: [] }]);
    }
  }); // prettier-ignore

  it('must be somebody, on an allowed page, with JSON', async () => {
    const { headers, session } = await newGuest(PARTNER);
    expect(await codeOf(await call('/api/session/claim', headers, 'POST', { session }))).toEqual([401, 'guests_not_admitted']);
    const elsewhere = await bearer('bob', { origin: 'https://evil.example' });
    expect(await codeOf(await call('/api/session/claim', elsewhere, 'POST', { session }))).toEqual([403, 'origin_not_allowed']);
    const form = await bearer('bob', { 'content-type': 'text/plain' });
    expect(await codeOf(await call('/api/session/claim', form, 'POST', { session }))).toEqual([403, 'json_required']);
  }); // prettier-ignore
});

it('is never in the log', () => {
  expect(chat.logs.text).not.toMatch(/g1\.g-/);
});
