import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { alice, bob, said, steadyClock } from '../testing/drafts';
import { TestDynamo } from '../testing/dynamo';
import { failBefore, holdBefore, loseAnswers, loseFirstAttempts, putting, updating } from '../testing/faults';
import { createConversationStore, type ConversationStoreOptions } from './dynamo-conversation-store';
import { entryKey } from './keys';

const dynamo = new TestDynamo();
let table: string;
let id: string;
const now = steadyClock();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

const replica = (more: Partial<ConversationStoreOptions> = {}) =>
  createConversationStore({ client: dynamo.client(), table, now, ...more });
const say = (store: ReturnType<typeof replica>, text: string, key = text) =>
  store.append(alice.id, id, said(alice, text), key);
const log = async () => (await replica().page(alice.id, id, { after: 0, limit: 200 })).items;
const logId = async () => (await dynamo.scan(table)).find(({ sk }) => sk === 'RECORD')?.logId as string;

beforeEach(async () => {
  table = await dynamo.createTable();
  id = (await replica().create(alice, {})).id;
});

describe('a lost answer', () => {
  it('of an entry’s put is survived by the resend, on whatever replica', async () => {
    const client = dynamo.client();
    loseAnswers(client, putting('E#'));
    await expect(say(replica({ client }), 'hello', 'k')).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await say(replica(), 'hello', 'k')).toMatchObject({ seq: 1 });
    expect(await log()).toHaveLength(1);
  });

  it('of an entry’s first attempt is not taken for a lost race by the SDK’s own retry', async () => {
    const client = dynamo.client();
    loseFirstAttempts(client, putting('E#'));
    expect(await say(replica({ client }), 'hello', 'k')).toMatchObject({ seq: 1 });
    expect(await log()).toHaveLength(1);
  });

  it('of a claim leaves a claim that the resend takes up', async () => {
    const client = dynamo.client();
    loseAnswers(client, putting('K#'));
    await expect(say(replica({ client }), 'hello', 'k')).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await log()).toHaveLength(0);
    for (const text of ['a', 'b']) await say(replica(), text);
    expect(await say(replica(), 'hello', 'k')).toMatchObject({ seq: 3 });
    expect(await log()).toHaveLength(3);
  });

  it('of a creation gives the creator his conversation', async () => {
    const client = dynamo.client();
    loseFirstAttempts(client, putting('RECORD'));
    const made = await replica({ client }).create(alice, { id: 'made-with-a-lost-answer' });
    expect(made).toMatchObject({ id: 'made-with-a-lost-answer', head: 0 });
  });

  it('of a deletion’s mark does not stop the deletion', async () => {
    const client = dynamo.client();
    loseFirstAttempts(client, updating('RECORD'));
    await replica({ client }).remove(alice.id, id);
    await expect(replica().get(alice.id, id)).rejects.toMatchObject({ code: 'conversation_not_found' });
  });
});

describe('a resend while the first attempt is still trying', () => {
  it('ends in one entry when the first goes on last', async () => {
    const client = dynamo.client();
    const { reached, release } = holdBefore(client, putting('E#'));
    const first = say(replica({ client }), 'hello', 'k');
    await reached;
    const resent = await say(replica(), 'hello', 'k');
    release();
    expect(await first).toEqual(resent);
    expect(await log()).toEqual([resent]);
  });

  it('ends in one entry when others came between', async () => {
    const client = dynamo.client();
    const { reached, release } = holdBefore(client, putting('E#'));
    const first = say(replica({ client }), 'hello', 'k');
    await reached;
    for (const text of ['a', 'b', 'c']) await say(replica(), text);
    const resent = await say(replica(), 'hello', 'k');
    await say(replica(), 'd');
    release();
    expect(await first).toEqual(resent);
    expect((await log()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a lost update of the record', () => {
  it('does not fail the append, nor hide the entry, nor give its seq again', async () => {
    const client = dynamo.client();
    failBefore(client, updating('RECORD'));
    const reported: string[] = [];
    const store = replica({ client, report: (what) => reported.push(what) });
    expect((await say(store, 'a')).seq).toBe(1);
    expect(reported).toHaveLength(1);
    expect(await replica().page(alice.id, id, { limit: 10 })).toMatchObject({ items: [{ seq: 1 }], head: 1 });
    expect((await replica().get(alice.id, id)).head).toBe(1);
    expect((await say(replica(), 'b')).seq).toBe(2);
    expect((await replica().list(alice.id, { limit: 1 })).items[0]).toMatchObject({ head: 2, unread: 0 });
  });

  it('never moves the record backwards when a slow update comes late', async () => {
    const client = dynamo.client();
    const { reached, release } = holdBefore(client, updating('RECORD'));
    const slow = say(replica({ client }), 'slow');
    await reached;
    await say(replica(), 'fast');
    release();
    await slow;
    const [line] = (await replica().list(alice.id, { limit: 1 })).items;
    expect(line).toMatchObject({ head: 2, lastMessage: { parts: [{ text: 'fast' }] } });
  });
});

describe('entries that expired', () => {
  it('do not lower the head', async () => {
    for (const text of ['a', 'b', 'c']) await say(replica(), text);
    for (const seq of [1, 2, 3]) {
      await dynamo.client().send(new DeleteCommand({ TableName: table, Key: entryKey(await logId(), seq) }));
    }
    expect((await replica().page(alice.id, id, { limit: 10 })).head).toBe(3);
    expect((await say(replica(), 'a', 'a')).seq).toBe(4);
    expect((await say(replica(), 'd')).seq).toBe(5);
  });
});

describe('a deletion', () => {
  const leftovers = async () => (await dynamo.scan(table)).map(({ sk, state }) => [sk, state]);
  const TOMBSTONE = [['RECORD', 'deleted']];

  it('in the middle of appends leaves nothing but a tombstone', async () => {
    const replicas = [replica(), replica(), replica()];
    const appends = Array.from({ length: 60 }, (_, n) => say(replicas[n % 3] as (typeof replicas)[0], `m${n}`));
    const settled = Promise.allSettled(appends);
    await appends[5];
    await replica().remove(alice.id, id);
    for (const result of await settled) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conversation_not_found' });
    }
    await expect(replica().page(alice.id, id, { limit: 10 })).rejects.toMatchObject({ code: 'conversation_not_found' });
    expect(await leftovers()).toEqual(TOMBSTONE);
  });

  it.each(['K#', 'E#'])('takes back an append that was held before its %s until the sweep had passed', async (what) => {
    const client = dynamo.client();
    const { reached, release } = holdBefore(client, putting(what));
    const late = say(replica({ client }), 'late');
    await reached;
    await replica().remove(alice.id, id);
    release();
    await expect(late).rejects.toMatchObject({ code: 'conversation_not_found' });
    expect(await leftovers()).toEqual(TOMBSTONE);
  });

  it('takes back a membership and a read mark that came late', async () => {
    const room = (await replica().create(alice, { kind: 'room' })).id;
    const client = dynamo.client();
    const member = holdBefore(client, putting('M#'));
    const mark = holdBefore(client, updating('R#'));
    const late = [
      replica({ client }).addMember(alice.id, room, bob),
      replica({ client }).markRead(alice.id, room, 1),
    ].map((act) => expect(act).rejects.toMatchObject({ code: 'conversation_not_found' }));
    await Promise.all([member.reached, mark.reached]);
    await replica().remove(alice.id, room);
    await replica().remove(alice.id, id);
    member.release();
    mark.release();
    await Promise.all(late);
    expect(await leftovers()).toEqual([...TOMBSTONE, ...TOMBSTONE]);
  });

  it('stops calls and generations after the mark and before anything is erased', async () => {
    await say(replica(), 'hello');
    const seen: unknown[] = [];
    const beforeRemove = async (of: string) => {
      const entries = (await dynamo.scan(table)).filter(({ sk }) => sk.startsWith('E#')).length;
      const append = await say(replica(), 'more').catch(({ code }: { code: string }) => code);
      seen.push(of, entries, append);
    };
    await replica({ beforeRemove }).remove(alice.id, id);
    expect(seen).toEqual([id, 1, 'conversation_not_found']);
    expect(await leftovers()).toEqual(TOMBSTONE);
  });

  const crashes: [string, Parameters<typeof failBefore>[1]][] = [
    ['before it erases', (command) => command === 'QueryCommand'],
    ['while it erases', (command) => command === 'BatchWriteCommand'],
    ['before the tombstone', (_command, input) => JSON.stringify(input).includes('deletedAt')],
  ];
  it.each(crashes)('that stopped %s is readable by nobody and is finished later', async (_name, when) => {
    for (let n = 0; n < 30; n++) await say(replica(), `m${n}`);
    for (const finish of [() => replica().finishRemovals(), () => replica().remove(alice.id, id)]) {
      const client = dynamo.client();
      failBefore(client, when);
      const crashed = replica({ client }).remove(alice.id, id);
      await expect(crashed).rejects.toMatchObject({ code: 'store_unavailable' });
      await expect(replica().get(alice.id, id)).rejects.toMatchObject({ code: 'conversation_not_found' });
      await expect(replica().create(alice, { id })).rejects.toMatchObject({ code: 'conversation_not_found' });
      await expect(replica().remove(bob.id, id)).rejects.toMatchObject({ code: 'conversation_not_found' });
      await finish();
      expect(await leftovers()).toEqual(TOMBSTONE);
      expect(await replica().finishRemovals()).toBe(0);
      table = await dynamo.createTable();
      await replica().create(alice, { id });
      for (let n = 0; n < 30; n++) await say(replica(), `m${n}`);
    }
  });

  it('keeps nothing of the conversation in its tombstone', async () => {
    await replica().rename(alice.id, id, 'my secret');
    await say(replica(), 'my secret');
    await replica().remove(alice.id, id);
    const text = JSON.stringify(await dynamo.scan(table));
    for (const word of ['secret', alice.id, alice.name]) expect(text).not.toContain(word);
  });
});

describe('a retention', () => {
  it('of everything writes the head down that the record did not know', async () => {
    const client = dynamo.client();
    failBefore(client, updating('RECORD'));
    await say(replica({ client }), 'a');
    await replica().raiseFirst(id, 99);
    expect((await say(replica(), 'b')).seq).toBe(2);
  });
});

describe('a retention that stopped half way', () => {
  it('is finished by the next one', async () => {
    for (let n = 1; n <= 5; n++) await say(replica(), `m${n}`);
    const client = dynamo.client();
    failBefore(client, (command) => command === 'BatchWriteCommand');
    await expect(replica({ client }).raiseFirst(id, 4)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect((await log()).map(({ seq }) => seq)).toEqual([4, 5]);
    await replica().raiseFirst(id, 4);
    const kept = (await dynamo.scan(table)).map(({ sk }) => sk.slice(0, 2)).sort();
    expect(kept).toEqual(['E#', 'E#', 'K#', 'K#', 'RE']);
  });
});
