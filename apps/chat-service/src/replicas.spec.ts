import { randomUUID } from 'node:crypto';
import { setTimeout as later } from 'node:timers/promises';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { GENERATION_KEPT_MS, createDocumentClient } from '@parley/conversations';
import { RedisServer } from '@parley/conversations/testing';
import type { ConversationUsageAnswer } from '@parley/protocol';
import { Generations } from './chat/generations';
import { ChatUi } from './testing/chat-ui';
import { eventsOf, question, readUntil, type SseEvent } from './testing/sse';
import { bearing, startReplica, type Ask, type Replica } from './testing/start-chat';
import { startWorld, type World } from './testing/world';

let world: World;
let redis: RedisServer;
let one: Replica;
let two: Replica;
beforeAll(async () => {
  [world, redis] = await Promise.all([startWorld({ text: { pieceMs: 15, pieceWords: 1 } }), RedisServer.start()]);
  const valkey = { VALKEY_URL: redis.valkey.url };
  [one, two] = await Promise.all([startReplica(world, valkey), startReplica(world, valkey)]);
});
afterAll(async () => {
  await Promise.all([one.service.stop(), two.service.stop()]);
  await Promise.all([world.close(), redis.stop()]);
});

const postAs = (ask: Ask, id: string, text: string, messageId: string = randomUUID()) =>
  ask('/api/chat', { method: 'POST', body: question(id, text, messageId) });
const resumeAs = (ask: Ask, id: string, cursor?: string) =>
  ask(`/api/chat/${id}/stream`, cursor ? { headers: { 'last-event-id': cursor } } : {});
const post = (replica: Replica, id: string, text: string, messageId?: string) =>
  postAs(replica.as('alice'), id, text, messageId);
const resume = (replica: Replica, id: string, cursor?: string) => resumeAs(replica.as('alice'), id, cursor);
/**
 * A stream, or 204. Who is told to come later does: on a busy machine the simulated store does not always answer in time, and
 * a question that is sent again then must be the same question.
 */
async function served(ask: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await ask();
    if (response.status === 200 || response.status === 204) return response;
    const problem = (await response.json()) as { code: string; retryAfterMs: number };
    if (problem.code !== 'store_unavailable') throw new Error(`${response.status} ${JSON.stringify(problem)}`);
    await later(problem.retryAfterMs);
  }
}
const begun = (text: string) => text.includes('"type":"text-delta"');
const types = (events: SseEvent[]) => events.map(({ data }) => (data === '[DONE]' ? data : JSON.parse(data).type));
const terminals = (events: SseEvent[]) => types(events).filter((type) => ['finish', 'error', 'abort'].includes(type));
const chunksOf = (events: SseEvent[]) =>
  events.flatMap(({ data }) => (data === '[DONE]' ? [] : [JSON.parse(data) as Record<string, string>]));
const textOf = (events: SseEvent[]) =>
  chunksOf(events)
    .flatMap(({ delta }) => delta ?? [])
    .join('');
const messageIdOf = (events: SseEvent[]) => chunksOf(events)[0]!['messageId'];
const log = async (id: string) =>
  ((await (await one.as('alice')(`/api/conversations/${id}/messages`)).json()) as { items: unknown[] }).items;
const used = async (id: string) => (await one.as('alice')(`/api/conversations/${id}/usage`)).json();
/** For the last answer of a conversation: its chunks are kept as long. */
async function tenMinutesPass(id: string): Promise<void> {
  const client = createDocumentClient({
    region: 'us-east-1',
    endpoint: world.environment['AWS_ENDPOINT_URL_DYNAMODB']!,
  });
  await client.send(
    new UpdateCommand({
      TableName: world.environment['CONVERSATIONS_TABLE'],
      Key: { pk: `C#${id}`, sk: 'GENERATION' },
      UpdateExpression: 'ADD endedAt :back',
      ExpressionAttributeValues: { ':back': -GENERATION_KEPT_MS },
    }),
  );
  client.destroy();
}
const streamsAsked = () => world.bedrock.requests.all.filter(({ operation }) => operation === 'converseStream').length;

describe('two replicas over Valkey', () => {
  it('either replays an answer that the other one writes, from the start and from a cursor', async () => {
    const id = randomUUID();
    const first = eventsOf(await readUntil(await post(one, id, 'tell me more'), begun));
    const cursor = first.at(-1)!.id;
    const [whole, rest, own] = await Promise.all([
      resume(two, id).then((response) => response.text()),
      resume(two, id, cursor).then((response) => response.text()),
      resume(one, id).then((response) => response.text()),
    ]);
    expect(eventsOf(whole)).toEqual(eventsOf(own));
    expect([...first, ...eventsOf(rest)]).toEqual(eventsOf(whole));
    expect(terminals(eventsOf(whole))).toEqual(['finish']);
    expect(types(eventsOf(whole)).at(-1)).toBe('[DONE]');
    // Also after its end.
    expect(eventsOf(await (await resume(two, id)).text())).toEqual(eventsOf(whole));
  });

  it('a re-sent request joins what the other one writes, another one is refused there', async () => {
    const id = randomUUID();
    const messageId = randomUUID();
    const before = streamsAsked();
    const asked = await post(one, id, 'once', messageId);
    const [again, other] = await Promise.all([post(two, id, 'once', messageId), post(two, id, 'another')]);
    expect([again.status, other.status]).toEqual([200, 409]);
    expect(eventsOf(await again.text())).toEqual(eventsOf(await asked.text()));
    expect(streamsAsked() - before).toBe(1);
  });

  it('a request that is sent again long after its answer is told what the log says, and nothing is asked or paid for it', async () => {
    const id = randomUUID();
    const messageId = randomUUID();
    const text = eventsOf(await (await post(one, id, 'once and for all', messageId)).text());
    // Its title is made and counted after its end.
    const generations = one.service.app.get(Generations, { strict: false });
    while (generations.live > 0) await new Promise(setImmediate);
    const [entries, usage, asked] = [await log(id), await used(id), streamsAsked()];
    await tenMinutesPass(id);
    expect((await resume(two, id)).status).toBe(204);
    const again = eventsOf(await (await post(two, id, 'once and for all', messageId)).text());
    expect([textOf(again), terminals(again)]).toEqual([textOf(text), ['finish']]);
    expect(messageIdOf(again)).toBe(messageIdOf(text));
    expect([await log(id), await used(id), streamsAsked()]).toEqual([entries, usage, asked]);
    // What is said anew, and a regeneration, are work of their own.
    await (await post(two, id, 'once and for all')).text();
    expect([(await log(id)).length, streamsAsked()]).toEqual([4, asked + 1]);
  });

  it('the same request at both in the same moment is answered once', async () => {
    const before = streamsAsked();
    const ids = Array.from({ length: 5 }, () => randomUUID());
    await Promise.all(
      ids.map(async (id) => {
        const messageId = randomUUID();
        const both = await Promise.all([post(one, id, 'twin', messageId), post(two, id, 'twin', messageId)]);
        expect(both.map(({ status }) => status)).toEqual([200, 200]);
        const [left, right] = await Promise.all(both.map((response) => response.text()));
        expect(eventsOf(left!)).toEqual(eventsOf(right!));
      }),
    );
    expect(streamsAsked() - before).toBe(ids.length);
  });

  it('a stop reaches the other one at once: the model is cancelled, the part is kept and counted', async () => {
    const id = randomUUID();
    const asked = await post(one, id, 'a long story please');
    const reader = asked.body!.getReader();
    let seen = '';
    while (!begun(seen)) seen += Buffer.from((await reader.read()).value!).toString();
    const stopped = await two.as('alice')(`/api/chat/${id}/stop`, { method: 'POST' });
    expect([stopped.status, await stopped.json()]).toEqual([202, { stopped: true }]);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      seen += Buffer.from(next.value).toString();
    }
    expect(terminals(eventsOf(seen))).toEqual(['finish']);
    expect(seen).toContain('"finishReason":"interrupted"');
    const [, answer] = await world.store.lastMessages(world.issuer.users[0]!.sub, id, 5);
    expect(answer).toMatchObject({ role: 'assistant', interrupted: true });
    const usage = async () =>
      (await (await two.as('alice')(`/api/conversations/${id}/usage`)).json()) as ConversationUsageAnswer;
    // It is counted after the reader was told.
    while ((await usage()).items.length === 0);
    expect(await usage()).toMatchObject({ items: [{ id: answer!.id, assistant: 'general', isEstimated: true }] });
  });

  it('a deletion at the other one waits until nothing more is written', async () => {
    const id = randomUUID();
    const asked = await post(one, id, 'to be deleted');
    const reading = asked.text();
    expect((await two.as('alice')(`/api/conversations/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect(terminals(eventsOf(await reading))).toHaveLength(1);
    expect((await resume(one, id)).status).toBe(204);
  });

  const cuts = process.env['SOAK'] === undefined ? 100 : 10_000;
  // With more at once nothing is faster: all of it, the simulators too, is one process, whose store then answers too late.
  const readers = 10;
  const cutting = async () => {
    const random = randomFrom(20261125);
    const answer = async (ask: (replica: Replica) => Ask) => {
      const id = randomUUID();
      const messageId = randomUUID();
      const again = (replica: Replica, cursor?: string) => served(() => resumeAs(ask(replica), id, cursor));
      const seen: SseEvent[] = [];
      const isOver = () => seen.at(-1)?.data === '[DONE]';
      let replica = random() < 0.5 ? one : two;
      const text = `cut me ${Math.floor(random() * 1e6)}`;
      let response = await served(() => postAs(ask(replica), id, text, messageId));
      while (!isOver()) {
        const upTo = Math.floor(random() * 6);
        seen.push(...eventsOf(await readUntil(response, (part) => eventsOf(part).length > upTo)));
        if (isOver()) break;
        replica = random() < 0.5 ? one : two;
        response = await again(replica, seen.at(-1)?.id);
        // Cut between the last chunk and the end of the stream: there is nothing left to be told.
        if (response.status === 204) break;
      }
      const chunks = seen.filter(({ data }) => data !== '[DONE]');
      expect(chunks.map(({ id: cursor }) => Number(cursor!.split('.')[1]))).toEqual(
        chunks.map((_, index) => index + 1),
      );
      expect(terminals(chunks)).toEqual(['finish']);
      expect(eventsOf(await (await again(one)).text()).slice(0, -1)).toEqual(chunks);
    };
    let left: number = cuts;
    // Each is somebody else: the allowance of one would be an item that all of them change.
    const reader = async (_: unknown, index: number) => {
      const { issuer } = world;
      const token = await issuer.mint({ ...issuer.users[0]!, sub: `reader-${index}` }, { expiresInMs: 7_200_000 });
      while ((left -= 1) >= 0) await answer(({ url }) => bearing(url, token));
    };
    await Promise.all(Array.from({ length: readers }, reader));
  };
  it(
    'a cut that strikes anywhere loses no part and repeats none, whichever replica is asked next',
    cutting,
    cuts * 1_000,
  );
});

describe('an unmodified useChat', () => {
  /** A network that breaks when the test says so, as Chromium words it. */
  function breakable() {
    const cut = new AbortController();
    const fetcher: typeof fetch = async (input, init) => {
      const response = await fetch(input, {
        ...init,
        signal: AbortSignal.any([cut.signal, ...(init?.signal ? [init.signal] : [])]),
      });
      const body = response.body?.pipeThrough(new TransformStream());
      return new Response(body && withNetworkError(body), response);
    };
    return { cut, fetcher };
  }

  it.each([
    ['the same replica', () => one],
    ['the other replica', () => two],
  ])('resumes after a cut at %s, and shows the answer once', async (_, next) => {
    const { cut, fetcher } = breakable();
    let url = one.url;
    let isCut = false;
    const ui = new ChatUi({
      user: 'alice',
      url: () => url,
      issuer: world.issuer,
      fetch: (input, init) => (isCut ? fetch(input, init) : fetcher(input, init)),
    });
    const sending = ui.sendMessage({ text: 'resume me after a cut' });
    while (!ui.messages.at(-1)?.parts.some(({ type }) => type === 'text') || ui.messages.length < 2) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    cut.abort();
    isCut = true;
    await sending;
    expect(ui.status).toBe('error');
    url = next().url;
    await ui.resumeStream();
    expect([ui.status, ui.messages.length]).toEqual(['ready', 2]);
    const page = await world.store.lastMessages(world.issuer.users[0]!.sub, ui.id, 5);
    expect(page.map(({ id }) => id)[1]).toBe(ui.messages[1]!.id);
    expect(ui.said[1]![1]).toBe((page[1]!.parts[0] as { text: string }).text);
  });

  it('has two tabs on one conversation: the second follows, is refused while the first asks, and then asks itself', async () => {
    const tab = (replica: Replica, id?: string) =>
      new ChatUi({ user: 'alice', url: () => replica.url, issuer: world.issuer, ...(id ? { id } : {}) });
    const first = tab(one);
    const second = tab(two, first.id);
    const sending = first.sendMessage({ text: 'shown in both' });
    while (!(first.messages.length > 1)) await new Promise((resolve) => setImmediate(resolve));
    const following = second.resumeStream();
    const third = tab(two, first.id);
    await third.sendMessage({ text: 'meanwhile' });
    expect([third.status, JSON.parse(third.error!.message).code]).toEqual(['error', 'generation_running']);
    await Promise.all([sending, following]);
    expect(second.messages.at(-1)!.parts).toEqual(first.messages.at(-1)!.parts);
    await second.sendMessage({ text: 'and now me' });
    expect(second.status).toBe('ready');
    const log = await world.store.lastMessages(world.issuer.users[0]!.sub, first.id, 9);
    expect(log.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  });

  it('that opens a conversation in which nothing runs stays as it is', async () => {
    const ui = new ChatUi({ user: 'alice', url: () => two.url, issuer: world.issuer });
    await ui.resumeStream();
    expect([ui.status, ui.messages]).toEqual(['ready', []]);
  });
});

/** Numbers from a seed (mulberry32): a failing run can be had again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A body whose break reads as a browser words it. */
function withNetworkError(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch {
        controller.error(new TypeError('network error'));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
