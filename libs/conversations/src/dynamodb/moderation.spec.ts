import { ParleyError } from '@parley/errors';
import { ERASED } from '../domain/erasure';
import { steadyClock } from '../testing/drafts';
import { TestDynamo } from '../testing/dynamo';
import { DynamoAuditLog } from './audit-log';
import { createConversationStore } from './dynamo-conversation-store';
import { DynamoReports } from './reports';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

const person = (id: string) => ({ kind: 'user' as const, id, name: id });
const alice = person('alice');

it('the audit log tells every act, newest first, page by page, whichever process wrote it', async () => {
  const table = await dynamo.createTable();
  const now = steadyClock();
  const [here, there] = [1, 2].map(() => new DynamoAuditLog(dynamo.client(), table, now)) as [
    DynamoAuditLog,
    DynamoAuditLog,
  ];
  for (let n = 0; n < 5; n += 1)
    await (n % 2 ? here : there).add({ by: alice, what: 'ban', whom: `m-${n}`, reason: 'spam' });
  const seen: (string | undefined)[] = [];
  let cursor: string | undefined;
  do {
    const page = await here.list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items.map(({ whom }) => whom));
    cursor = page.next;
  } while (cursor !== undefined);
  expect(seen).toEqual(['m-4', 'm-3', 'm-2', 'm-1', 'm-0']);
  expect((await there.list({ limit: 1 })).items[0]).toMatchObject({
    by: alice,
    what: 'ban',
    reason: 'spam',
    at: expect.any(String),
  });
  await expect(here.list({ limit: 1, cursor: 'x' })).rejects.toMatchObject({ code: 'invalid_body' });
});

it('a report is kept once however often it is made, and another one beside it', async () => {
  const reports = new DynamoReports(dynamo.client(), await dynamo.createTable(), steadyClock());
  const report = { by: alice, conversationId: 'c', messageId: 'm', principalId: 'mallory', reason: 'rude' };
  expect(await reports.add(report)).toBe(true);
  expect(await reports.add({ ...report, reason: 'again' })).toBe(false);
  expect(await reports.add({ ...report, by: person('bob') })).toBe(true);
  const first = await reports.list({ limit: 1 });
  expect(first.items.map(({ by }) => by.id)).toEqual(['bob']);
  const rest = await reports.list({ limit: 1, cursor: first.next! });
  expect([rest.items, rest.next]).toEqual([[expect.objectContaining(report)], undefined]);
});

it('an admin who is no member sees and removes one message, also in an archived room; what is not there is not found', async () => {
  const store = createConversationStore({ client: dynamo.client(), table: await dynamo.createTable() });
  const { id } = await store.create(alice, { kind: 'room', title: 'Lunch' });
  const parts = [{ type: 'text' as const, text: 'rude' }];
  const said = await store.append(alice.id, id, { type: 'message', role: 'user', author: alice, parts }, 'k');
  await store.archive(alice.id, id);
  expect(await store.findForReview(id, said.id)).toMatchObject({ parts });
  const admin = person('admin');
  const entry = await store.removeContent(admin, id, said.id);
  expect(entry).toMatchObject({ type: 'deleted', of: said.id, author: admin, seq: 2 });
  expect(await store.removeContent(admin, id, said.id)).toEqual(entry);
  expect(await store.findForReview(id, said.id)).toBeUndefined();
  expect((await store.page(alice.id, id, { limit: 10 })).items).toEqual([]);
  const removal = (conversation: string, message: string) =>
    store.removeContent(admin, conversation, message).catch((error: ParleyError) => error.code);
  expect(await removal(id, 'nothing')).toBe('not_found');
  expect(await removal('nothing', said.id)).toBe('conversation_not_found');
  expect(await store.findForReview('nothing', said.id)).toBeUndefined();
});

it('somebody who is erased is nobody in reports, and a bare id in the audit log, without what he wrote in either', async () => {
  const table = await dynamo.createTable();
  const [reports, audit] = [new DynamoReports(dynamo.client(), table), new DynamoAuditLog(dynamo.client(), table)];
  const he = { kind: 'user' as const, id: 'sub-of-him', name: 'Ferdinand' };
  const about = { conversationId: 'c'.repeat(16), messageId: 'm-1' };
  await reports.add({ ...about, principalId: 'rude', by: he, reason: 'He called me names' });
  await reports.add({ ...about, principalId: he.id, by: alice, reason: 'spam' });
  await audit.add({ ...about, by: he, what: 'report', whom: 'rude', reason: 'He called me names' });
  await audit.add({ by: he, what: 'ban', whom: 'rude', reason: 'spam' });
  await audit.add({ by: alice, what: 'mute', whom: he.id });
  const others = (await audit.list({ limit: 1 })).items;
  for (const _ of [1, 2]) await Promise.all([reports, audit].map((kept) => kept.forget(he.id, Date.now() + 1_000)));

  const text = JSON.stringify(await dynamo.scan(table));
  expect(text).not.toMatch(/Ferdinand|called me names/);
  expect(
    (await reports.list({ limit: 9 })).items.map(({ by, principalId, reason }) => [by.id, principalId, reason]),
  ).toEqual([
    ['alice', he.id, 'spam'],
    ['erased', 'rude', ''],
  ]);
  const { items } = await audit.list({ limit: 9 });
  expect(items.map(({ what, by, reason }) => [what, by.id, reason])).toEqual([
    ['mute', 'alice', undefined],
    ['ban', he.id, 'spam'],
    ['report', he.id, undefined],
  ]);
  expect(items.slice(0, 1)).toEqual(others);
});

it('the words of one who calls himself what the erased are called go as everybody’s do', async () => {
  const table = await dynamo.createTable();
  const audit = new DynamoAuditLog(dynamo.client(), table);
  const he = { ...ERASED, id: 'sub-of-him' };
  await audit.add({ by: he, what: 'report', whom: 'rude', reason: 'He called me names' });
  await audit.forget(he.id, Date.now() + 1_000);
  expect(JSON.stringify(await dynamo.scan(table))).not.toContain('called me names');
});

it('what he reports after he was erased stays his', async () => {
  const table = await dynamo.createTable();
  const now = steadyClock();
  const [reports, audit] = [
    new DynamoReports(dynamo.client(), table, now),
    new DynamoAuditLog(dynamo.client(), table, now),
  ];
  const tell = async (messageId: string) => {
    await reports.add({ by: alice, conversationId: 'c', messageId, principalId: 'rude', reason: messageId });
    await audit.add({ by: alice, what: 'report', conversationId: 'c', messageId, whom: 'rude', reason: messageId });
  };
  await tell('before');
  const until = now();
  await tell('after');
  await Promise.all([reports, audit].map((kept) => kept.forget(alice.id, until)));
  expect((await reports.list({ limit: 9 })).items.map(({ by, reason }) => [by.id, reason])).toEqual([
    [alice.id, 'after'],
    ['erased', ''],
  ]);
  expect((await audit.list({ limit: 9 })).items.map(({ by, reason }) => [by.name, reason])).toEqual([
    [alice.name, 'after'],
    ['Erased', undefined],
  ]);
});
