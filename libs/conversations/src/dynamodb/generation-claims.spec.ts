import { randomUUID } from 'node:crypto';
import { LEASE_MS } from '../domain/generation-claims';
import { TestDynamo } from '../testing/dynamo';
import { loseAnswers } from '../testing/faults';
import { DynamoGenerationClaims } from './generation-claims';
import { generationKey } from './keys';

const dynamo = new TestDynamo();
let now = Date.UTC(2026, 0, 1);
let table: string;
/** Two replicas, each with its own connection. */
let here: DynamoGenerationClaims;
let there: DynamoGenerationClaims;
beforeAll(async () => {
  await dynamo.start();
  table = await dynamo.createTable();
  const replica = () => new DynamoGenerationClaims(dynamo.client(), table, () => now);
  [here, there] = [replica(), replica()];
});
afterAll(() => dynamo.stop());

const draft = (more: object = {}) => ({
  conversationId: randomUUID(),
  generationId: randomUUID(),
  key: 'k',
  principalId: 'p',
  assistant: 'general',
  ...more,
});
const taken = async (more: object = {}) => (await here.take(draft(more), undefined))!;
const all = async () => {
  const ids: string[] = [];
  for await (const { generationId } of there.abandoned()) ids.push(generationId);
  return ids;
};

it('gives a conversation’s place once, whichever of many replicas asks', async () => {
  const { conversationId } = draft();
  const attempts = Array.from({ length: 20 }, (_, index) =>
    (index % 2 === 0 ? here : there).take(draft({ conversationId }), undefined),
  );
  const got = (await Promise.all(attempts)).filter((claim) => claim !== undefined);
  expect(got).toHaveLength(1);
  expect(await there.find(conversationId)).toEqual(got[0]);
});

it('gives it again after the end, to one of those who saw the end', async () => {
  const first = await taken();
  expect(await there.take(draft({ conversationId: first.conversationId }), first)).toBeUndefined();
  expect(await here.finish(first, { succeeded: true })).toBe(true);
  expect(await here.finish(first, { succeeded: false })).toBe(false);
  const ended = (await there.find(first.conversationId))!;
  expect(ended).toMatchObject({ state: 'ended', succeeded: true, endedAt: now });
  const next = () => there.take(draft({ conversationId: first.conversationId }), ended);
  const got = (await Promise.all([next(), next(), next()])).filter((claim) => claim !== undefined);
  expect(got).toHaveLength(1);
  expect(got[0]).toMatchObject({ state: 'running', succeeded: false });
});

it('tells the producer, wherever it is, what somebody wants it to stop', async () => {
  const [claim, other] = [await taken(), await taken()];
  expect(await here.renew()).toEqual([]);
  expect(await there.stop(claim)).toBe(true);
  expect(await there.stop(claim)).toBe(true);
  expect(await there.renew()).toEqual([]);
  expect(await here.renew()).toEqual([claim.generationId]);
  expect(await there.stop(other)).toBe(true);
  expect(await here.renew()).toEqual([other.generationId]);
  expect(await here.renew()).toEqual([]);
  await here.finish(claim, { succeeded: true });
  expect(await there.stop(claim)).toBe(false);
});

it('tells it again when the answer to its sign of life was lost', async () => {
  const client = dynamo.client();
  const producer = new DynamoGenerationClaims(client, table, () => now);
  const claim = (await producer.take(draft(), undefined))!;
  await there.stop(claim);
  let lost = 0;
  loseAnswers(client, (command) => command === 'UpdateCommand' && (lost += 1) === 1);
  await expect(producer.renew()).rejects.toMatchObject({ code: 'store_unavailable' });
  expect(await producer.renew()).toEqual([claim.generationId]);
});

it('never lets an older generation change or end a newer one', async () => {
  const old = await taken();
  await here.finish(old, { succeeded: true });
  const next = (await there.take(draft({ conversationId: old.conversationId }), await there.find(old.conversationId)))!;
  expect(await here.stop(old)).toBe(false);
  expect(await here.finish(old, { succeeded: false })).toBe(false);
  await here.release(old, undefined);
  expect(await here.find(old.conversationId)).toEqual(next);
});

it('is taken over from a producer that gave no sign for a lease, by one alone', async () => {
  const claim = await taken();
  expect(await there.takeOver(claim)).toBeUndefined();
  now += LEASE_MS - 1;
  await here.renew();
  now += LEASE_MS;
  expect(await there.takeOver(claim)).toBeUndefined();
  expect(await all()).not.toContain(claim.generationId);
  now += 1;
  expect(await all()).toContain(claim.generationId);
  const got = await Promise.all([here.takeOver(claim), there.takeOver(claim)]);
  expect(got.filter((one) => one !== undefined)).toHaveLength(1);
  await there.finish(claim, { succeeded: false });
  expect(await all()).not.toContain(claim.generationId);
});

it('lives by one sign with all that its process writes, and only with that', async () => {
  const [mine, mineToo] = [await taken(), await taken()];
  const theirs = (await there.take(draft(), undefined))!;
  now += LEASE_MS - 1;
  await here.renew();
  now += 2;
  expect(await all()).toEqual(expect.arrayContaining([theirs.generationId]));
  expect(await all()).not.toEqual(expect.arrayContaining([mine.generationId]));
  expect(await there.takeOver(mineToo)).toBeUndefined();
  expect(await here.takeOver(theirs)).toMatchObject({ leaseUntil: now + LEASE_MS });
});

it('is told to a producer that wakes up: what was taken over meanwhile is no longer its own', async () => {
  const [claim, kept] = [await taken(), await taken()];
  now += LEASE_MS + 1;
  expect(await there.takeOver(claim)).toBeDefined();
  expect(await here.renew()).toEqual([claim.generationId]);
  expect(await there.takeOver(kept)).toBeUndefined();
  // Who took over is believed to live as long as he said, and no longer.
  expect((await here.find(claim.conversationId))!.leaseUntil).toBe(now + LEASE_MS);
  now += LEASE_MS + 1;
  expect(await here.takeOver(claim)).toBeDefined();
});

it('counts from its own beginning, however long its process had nothing to write', async () => {
  await taken();
  now += 10 * LEASE_MS;
  const claim = await taken();
  expect(claim.leaseUntil).toBe(now + LEASE_MS);
  expect(await there.takeOver(claim)).toBeUndefined();
});

it('gives the place back when nothing was begun', async () => {
  const claim = await taken();
  await here.release(claim, undefined);
  expect(await there.find(claim.conversationId)).toBeUndefined();
});

it('gives it back as it was found: what ended there before is known as such again', async () => {
  const old = await taken();
  await here.finish(old, { succeeded: true });
  const ended = (await there.find(old.conversationId))!;
  const claim = (await there.take(draft({ conversationId: old.conversationId }), ended))!;
  await there.release(claim, ended);
  expect(await here.find(old.conversationId)).toMatchObject({
    ...old,
    state: 'ended',
    succeeded: true,
    endedAt: now,
    leaseUntil: 0,
  });
  expect(await all()).not.toContain(old.generationId);
  await there.release(claim, undefined);
  expect(await here.find(old.conversationId)).toMatchObject({ generationId: old.generationId });
});

it('is gone with its conversation: nothing late makes it anew', async () => {
  const claim = await taken();
  await here.release(claim, undefined);
  expect(await here.finish(claim, { succeeded: true })).toBe(false);
  const items = await dynamo.scan(table);
  expect(items.some(({ pk }) => pk === generationKey(claim.conversationId).pk)).toBe(false);
});
