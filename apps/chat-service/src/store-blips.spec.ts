import { randomUUID } from 'node:crypto';
import type { GenerationClaims } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import { Answering } from './chat/answering';
import { CLAIMS } from './ports';
import { eventsOf, question, readUntil } from './testing/sse';
import { startChat, type ChatUnderTest } from './testing/start-chat';

/** A replica that never rests: it lives, and so would every claim of it that was not given back. */
let chat: ChatUnderTest;
let claims: GenerationClaims;
const busy = randomUUID();
const post = (id: string, text: string, messageId: string = randomUUID()) =>
  chat.as('alice')('/api/chat', { method: 'POST', body: question(id, text, messageId) });
beforeAll(async () => {
  const patient = { ANSWER_CHUNK_MS: '600000', ANSWER_TOTAL_MS: '600000' };
  chat = await startChat({}, patient);
  claims = chat.service.app.get<GenerationClaims>(CLAIMS, { strict: false });
  chat.bedrock.faults.next({ kind: 'stall', operation: 'converseStream', afterFrames: 6 });
  await readUntil(await post(busy, 'never to be ended'), (text) => text.includes('text-delta'));
}, 60_000);
afterAll(() => chat.close());

/** The store is away for one call of this. */
function fails<T, K extends keyof T>(of: T, name: K) {
  const asked = of[name] as (...args: unknown[]) => Promise<unknown>;
  of[name] = (async () => {
    of[name] = asked.bind(of) as T[K];
    throw new ParleyError('store_unavailable');
  }) as T[K];
}
/** Asks as often as the place is taken. */
async function askUntilFree(id: string): Promise<string> {
  for (;;) {
    const response = await post(id, 'and now?');
    if (response.status === 200) return response.text();
    expect(((await response.json()) as { code: string }).code).toBe('generation_running');
  }
}
const isBusy = async () => (await claims.find(busy))!.state === 'running';

it('a conversation whose answer’s end could not be written down is free again, though the process lives on', async () => {
  const id = randomUUID();
  fails(claims, 'finish');
  expect(await (await post(id, 'hello')).text()).toContain('"finishReason":"stop"');
  expect((await post(id, 'at once')).status).toBe(409);
  expect(eventsOf(await askUntilFree(id)).length).toBeGreaterThan(1);
  expect(await isBusy()).toBe(true);
});

it('so is one whose question could not be written down, nor its place given back', async () => {
  const id = randomUUID();
  await (await post(id, 'hello')).text();
  const { store } = chat.service.app.get(Answering, { strict: false })['parts'];
  const hold = store.hold.bind(store);
  store.hold = async (...args) => {
    store.hold = hold;
    const held = await hold(...args);
    return { ...held, append: () => Promise.reject(new ParleyError('store_unavailable')) };
  };
  fails(claims, 'release');
  expect((await post(id, 'lost')).status).toBe(503);
  expect(eventsOf(await askUntilFree(id)).length).toBeGreaterThan(1);
  expect(await isBusy()).toBe(true);
});
