import { randomUUID } from 'node:crypto';
import { LEASE_MS } from '../domain/generation-claims';
import { TestDynamo } from '../testing/dynamo';
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
  expect(got[0]).toMatchObject({ state: 'running', succeeded: false, isStopWanted: false });
});

it('tells the producer, wherever it is, that somebody wants it to stop', async () => {
  const claim = await taken();
  expect(await here.renew(claim)).toMatchObject({ isStopWanted: false });
  expect(await there.stop(claim)).toBe(true);
  expect(await there.stop(claim)).toBe(true);
  expect(await here.renew(claim)).toMatchObject({ isStopWanted: true });
  await here.finish(claim, { succeeded: true });
  expect(await there.stop(claim)).toBe(false);
});

it('never lets an older generation change or end a newer one', async () => {
  const old = await taken();
  await here.finish(old, { succeeded: true });
  const next = (await there.take(draft({ conversationId: old.conversationId }), await there.find(old.conversationId)))!;
  expect(await here.renew(old)).toBeUndefined();
  expect(await here.stop(old)).toBe(false);
  expect(await here.finish(old, { succeeded: false })).toBe(false);
  await here.release(old);
  expect(await here.find(old.conversationId)).toEqual(next);
});

it('is taken over from a producer that gave no sign for a lease, by one alone', async () => {
  const claim = await taken();
  expect(await there.takeOver(claim)).toBeUndefined();
  now += LEASE_MS - 1;
  await here.renew(claim);
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

it('gives the place back when nothing was begun', async () => {
  const claim = await taken();
  await here.release(claim);
  expect(await there.find(claim.conversationId)).toBeUndefined();
});

it('is gone with its conversation: nothing late makes it anew', async () => {
  const claim = await taken();
  await here.release(claim);
  expect(await here.renew(claim)).toBeUndefined();
  expect(await here.finish(claim, { succeeded: true })).toBe(false);
  const items = await dynamo.scan(table);
  expect(items.some(({ pk }) => pk === generationKey(claim.conversationId).pk)).toBe(false);
});
