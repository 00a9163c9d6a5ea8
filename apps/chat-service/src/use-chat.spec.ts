import { RedisServer } from '@parley/conversations/testing';
import { textOf } from '@parley/protocol';
import { ChatPage, type ChatPageOptions } from './testing/chat-page';
import { startReplica, type Replica } from './testing/start-chat';
import { startWorld, type World } from './testing/world';

/** `useChat` of @ai-sdk/react as it is, rendered by React, against two replicas of the service. */
let world: World;
let redis: RedisServer;
let one: Replica;
let two: Replica;
const pages: ChatPage[] = [];
beforeAll(async () => {
  [world, redis] = await Promise.all([startWorld({ text: { pieceMs: 15, pieceWords: 1 } }), RedisServer.start()]);
  const valkey = { VALKEY_URL: redis.valkey.url };
  [one, two] = await Promise.all([startReplica(world, valkey), startReplica(world, valkey)]);
});
afterEach(() => pages.splice(0).forEach((page) => page.close()));
afterAll(async () => {
  await Promise.all([one.service.stop(), two.service.stop()]);
  await Promise.all([world.close(), redis.stop()]);
});

const open = (replica: Replica, more: Partial<ChatPageOptions> = {}) => {
  const page = new ChatPage({ user: 'alice', url: () => replica.url, issuer: world.issuer, ...more });
  pages.push(page);
  return page;
};
const logOf = async ({ id }: ChatPage) =>
  (await world.store.lastMessages(world.issuer.users[0]!.sub, id, 20)).map(
    ({ role, parts }) => [role, textOf(parts)] as const,
  );
const isBeingAnswered = ({ shown }: ChatPage) => shown.at(-1)?.[0] === 'assistant' && shown.at(-1)![1] !== '';

describe('a page with useChat', () => {
  it('shows a question and its answer, as they are in the log', async () => {
    const page = open(one);
    await page.ask('What is a conversation?');
    expect(page.hook.status).toBe('ready');
    expect(page.shown.map(([role]) => role)).toEqual(['user', 'assistant']);
    expect(page.shown[1]![1]).toContain('What is a conversation?');
    expect(page.shown).toEqual(await logOf(page));
  });

  it('has a tool turn: the call, what came of it, and the answer', async () => {
    const page = open(one);
    await page.ask('use searchKnowledgeBase {"query":"tickets"}');
    const tool = page.hook.messages.at(-1)!.parts.find(({ type }) => type === 'tool-searchKnowledgeBase');
    expect(tool).toMatchObject({ state: 'output-available', input: { query: 'tickets' } });
    expect(isBeingAnswered(page)).toBe(true);
  });

  it('shows an error, keeps what there was of the answer, and has a whole one in its place when asked again', async () => {
    const page = open(one);
    world.bedrock.faults.next({ kind: 'reset', operation: 'converseStream', afterFrames: 6 });
    await page.ask('this will break off');
    expect([page.hook.status, page.hook.error?.message]).toEqual(['error', 'model_unavailable']);
    const [, part] = page.shown;
    expect(await logOf(page)).toEqual([['user', 'this will break off'], part]);
    await page.hook.regenerate();
    await page.until(({ hook }) => hook.status === 'ready' && hook.error === undefined);
    expect(page.shown).toEqual(await logOf(page));
    expect(page.shown[1]![1].length).toBeGreaterThan(part![1].length);
  });

  it('is told of a stop that was pressed elsewhere, and keeps the part', async () => {
    const page = open(one);
    const asked = page.ask('a long story please');
    await page.until(isBeingAnswered);
    const stopped = await two.as('alice')(`/api/chat/${page.id}/stop`, { method: 'POST' });
    expect(await stopped.json()).toEqual({ stopped: true });
    await asked;
    expect(page.hook.status).toBe('ready');
    expect(page.shown).toEqual(await logOf(page));
  });

  it('is not stopped by its own stop alone, which only stops the reading: the answer is whole in the log', async () => {
    const page = open(one);
    const asked = page.ask('read me later');
    await page.until(isBeingAnswered);
    await page.hook.stop();
    await asked;
    const later = open(two, { id: page.id, messages: page.hook.messages.slice(0, 1), resume: true });
    await later.until((now) => isBeingAnswered(now) && now.hook.status === 'ready');
    expect(later.shown[1]![1].length).toBeGreaterThan(page.shown[1]![1].length);
    expect(later.shown).toEqual(await logOf(page));
  });

  it('resumes after a cut at the other replica, and shows the answer once', async () => {
    const line = new AbortController();
    let replica = one;
    const page = open(one, { url: () => replica.url, fetch: cutWith(line.signal) });
    const asked = page.ask('resume me after a cut');
    await page.until(isBeingAnswered);
    line.abort();
    await asked;
    expect(page.hook.status).toBe('error');
    replica = two;
    await page.hook.resumeStream();
    await page.until(({ hook }) => hook.status === 'ready');
    expect(page.shown).toEqual(await logOf(page));
  });

  it('regenerates: another answer stands in the place of the first', async () => {
    const page = open(one);
    await page.ask('again please');
    const first = page.hook.messages[1]!.id;
    await page.hook.regenerate();
    await page.settled();
    expect(page.hook.messages.map(({ id }) => id)).not.toContain(first);
    expect(page.shown).toEqual(await logOf(page));
  });

  it('edits: what followed the edited question is gone', async () => {
    const page = open(one);
    await page.ask('first');
    await page.ask('second');
    await page.hook.sendMessage({ text: 'first, edited', messageId: page.hook.messages[0]!.id });
    await page.settled();
    expect(page.shown.map(([, text]) => text)).toEqual(['first, edited', expect.stringContaining('first, edited')]);
    expect(page.shown).toEqual(await logOf(page));
  });

  it('in two tabs: the second joins the answer, is refused a question meanwhile, and then asks itself', async () => {
    const first = open(one);
    const asked = first.ask('shown in both');
    await first.until(isBeingAnswered);
    const second = open(two, { id: first.id, messages: first.hook.messages.slice(0, 1), resume: true });
    const third = open(two, { id: first.id });
    await third.ask('meanwhile');
    expect(JSON.parse(third.hook.error!.message)).toMatchObject({ code: 'generation_running' });
    await asked;
    await second.until((page) => page.shown.length === 2 && page.hook.status === 'ready');
    expect(second.shown).toEqual(first.shown);
    await second.ask('and now me');
    expect(second.shown).toEqual(await logOf(first));
    expect(second.shown).toHaveLength(4);
  });
});

/** A network that is gone from the signal on for what runs, and is there again for what is asked after that. */
function cutWith(signal: AbortSignal): typeof fetch {
  return async (input, init) => {
    if (signal.aborted) return fetch(input, init);
    const response = await fetch(input, { ...init, signal });
    const reader = response.body!.getReader();
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        // As a browser words it.
        const next = await reader.read().catch(() => controller.error(new TypeError('network error')));
        if (next?.done === false) controller.enqueue(next.value);
        else if (next !== undefined) controller.close();
      },
    });
    return new Response(body, response);
  };
}
