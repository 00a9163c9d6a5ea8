import { randomUUID } from 'node:crypto';
import { RedisServer } from '@parley/conversations/testing';
import { textOf, type ConversationUsageAnswer } from '@parley/protocol';
import type { UIMessage } from 'ai';
import { ChatUi } from './testing/chat-ui';
import { BuiltService, type ReplicaProcess } from './testing/replica-process';
import { eventsOf, question, readUntil } from './testing/sse';
import { startWorld, type World } from './testing/world';

let world: World;
let redis: RedisServer;
const service = new BuiltService();
beforeAll(async () => {
  [world, redis] = await Promise.all([startWorld({ text: { pieceMs: 40, pieceWords: 1 } }), RedisServer.start()]);
  service.build();
}, 120_000);
afterAll(async () => {
  await service.close();
  await Promise.all([world.close(), redis.stop()]);
});

const startReplica = (more: Record<string, string> = {}) =>
  service.start(world, { VALKEY_URL: redis.valkey.url, ...more });
const alice = () => world.issuer.users[0]!.sub;
const post = (
  replica: ReplicaProcess,
  id: string,
  text = 'tell me a long story about many things, one after the other',
) => replica.as('alice')('/api/chat', { method: 'POST', body: question(id, text, randomUUID()) });
const deltas = (text: string) => text.split('"type":"text-delta"').length - 1;
const last = (text: string) => JSON.parse(eventsOf(text).at(-2)!.data) as { type: string; errorText?: string };
const seenOf = (text: string) =>
  eventsOf(text)
    .filter(({ data }) => data.includes('"type":"text-delta"'))
    .map(({ data }) => (JSON.parse(data) as { delta: string }).delta)
    .join('');

describe('SIGKILL', () => {
  it('of the replica that writes: readers elsewhere are told within 10 s, what was seen is kept, and it can be asked again', async () => {
    const [writer, other] = await Promise.all([startReplica(), startReplica()]);
    const id = randomUUID();
    const asked = await post(writer, id);
    const following = other
      .as('alice')(`/api/chat/${id}/stream`)
      .then((response) => response.text());
    await readUntil(asked, (text) => deltas(text) >= 3);
    await writer.kill();
    const followed = await following;
    expect(last(followed)).toEqual({ type: 'error', errorText: 'answer_interrupted' });
    const [asks, answer] = await world.store.lastMessages(alice(), id, 5);
    expect(answer).toMatchObject({ role: 'assistant', interrupted: true });
    expect(textOf(answer!.parts)).toBe(seenOf(followed));
    expect(seenOf(followed).length).toBeGreaterThan(0);
    const usage = (await (await other.as('alice')(`/api/conversations/${id}/usage`)).json()) as ConversationUsageAnswer;
    const outputTokens = Math.ceil(seenOf(followed).length / 4);
    expect(usage.items).toEqual([expect.objectContaining({ id: answer!.id, outputTokens, isEstimated: true })]);

    // Whoever opens it later sees the same; asking again writes a new answer in its place.
    const messages = [{ id: asks!.id, role: 'user' as const, parts: asks!.parts as UIMessage['parts'] }];
    const ui = new ChatUi({ user: 'alice', url: () => other.url, issuer: world.issuer, id, messages });
    await ui.resumeStream();
    expect([ui.status, ui.error?.message]).toEqual(['error', 'answer_interrupted']);
    await ui.regenerate();
    expect(ui.status).toBe('ready');
    const log = await world.store.lastMessages(alice(), id, 5);
    expect(log.map(({ role, interrupted }) => [role, interrupted])).toEqual([
      ['user', undefined],
      ['assistant', undefined],
    ]);
  }, 60_000);

  it('of the replica that writes, which nobody reads: the next question finds both places free, the conversation’s and the person’s, and the part kept', async () => {
    const one = { USER_CONCURRENT_ANSWERS: '1' };
    const [writer, other] = await Promise.all([startReplica(one), startReplica(one)]);
    const id = randomUUID();
    await readUntil(await post(writer, id), (text) => deltas(text) >= 3);
    await writer.kill();
    let answer: Response;
    do answer = await post(other, id, 'and now?');
    while (answer.status === 409);
    expect(last(await answer.text())).toMatchObject({ type: 'finish' });
    const log = await world.store.lastMessages(alice(), id, 9);
    expect(log.map(({ role, interrupted }) => [role, interrupted])).toEqual([
      ['user', undefined],
      ['assistant', true],
      ['user', undefined],
      ['assistant', undefined],
    ]);
  }, 60_000);

  it('of a replica that only reads: the answer goes on, and is read to its end at another', async () => {
    const [writer, reader] = await Promise.all([startReplica(), startReplica()]);
    const id = randomUUID();
    const asked = await post(writer, id);
    const whole = asked.text();
    const cut = await readUntil(await reader.as('alice')(`/api/chat/${id}/stream`), (text) => deltas(text) >= 1);
    await reader.kill();
    const third = await startReplica();
    const cursor = eventsOf(cut).at(-1)!.id!;
    const rest = await (
      await third.as('alice')(`/api/chat/${id}/stream`, { headers: { 'last-event-id': cursor } })
    ).text();
    expect([...eventsOf(cut), ...eventsOf(rest)]).toEqual(eventsOf(await whole));
    expect(last(rest)).toMatchObject({ type: 'finish' });
  }, 60_000);

  it('of Valkey: the asker gets all of it and it is kept; a reader elsewhere is told that it broke off, and reads it again', async () => {
    const [writer, other] = await Promise.all([startReplica(), startReplica()]);
    const id = randomUUID();
    const asked = await post(writer, id);
    const reading = await other.as('alice')(`/api/chat/${id}/stream`);
    const reader = reading.body!.getReader();
    let elsewhere = '';
    while (deltas(elsewhere) < 1) elsewhere += Buffer.from((await reader.read()).value!).toString();
    await redis.down();
    try {
      const whole = await asked.text();
      expect(last(whole)).toMatchObject({ type: 'finish', finishReason: 'stop' });
      const [, answer] = await world.store.lastMessages(alice(), id, 5);
      expect(textOf(answer!.parts)).toBe(seenOf(whole));
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        elsewhere += Buffer.from(next.value).toString();
      }
      expect(last(elsewhere)).toEqual({ type: 'error', errorText: 'answer_interrupted' });
      // Still without Valkey: told from the conversation itself.
      const again = await (await other.as('alice')(`/api/chat/${id}/stream`)).text();
      expect([seenOf(again), last(again)]).toMatchObject([seenOf(whole), { type: 'finish' }]);
      // And a new question is answered and kept.
      expect(last(await (await post(other, id, 'still there?')).text())).toMatchObject({ type: 'finish' });
    } finally {
      await redis.up();
    }
  }, 60_000);
});

it('a stop reaches a replica that writes while Valkey is away: it looks for itself', async () => {
  const [writer, other] = await Promise.all([startReplica(), startReplica()]);
  const id = randomUUID();
  const asked = await post(writer, id, 'word '.repeat(300));
  const reader = asked.body!.getReader();
  let seen = '';
  while (deltas(seen) < 1) seen += Buffer.from((await reader.read()).value!).toString();
  await redis.down();
  try {
    const stopped = await other.as('alice')(`/api/chat/${id}/stop`, { method: 'POST' });
    expect([stopped.status, await stopped.json()]).toEqual([202, { stopped: true }]);
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      seen += Buffer.from(next.value).toString();
    }
    expect(last(seen)).toMatchObject({ type: 'finish', finishReason: 'interrupted' });
  } finally {
    await redis.up();
  }
}, 60_000);

it('no way in which a provider breaks off ends a process: an error of its stream that nobody took would', async () => {
  const replica = await startReplica();
  const breaks = ['reset', 'drop', 'end', 'halfFrame', 'badChecksum'] as const;
  for (const kind of breaks) {
    for (const afterFrames of [0, 4]) {
      world.bedrock.faults.next({ kind, operation: 'converseStream', afterFrames });
      expect(last(await (await post(replica, randomUUID(), 'briefly')).text())).toEqual({
        type: 'error',
        errorText: 'model_unavailable',
      });
    }
  }
  expect(last(await (await post(replica, randomUUID(), 'briefly')).text())).toMatchObject({ type: 'finish' });
}, 60_000);
