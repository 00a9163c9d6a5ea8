import type { Entry } from '@parley/protocol';
import fc from 'fast-check';
import type { ConversationStore } from '../domain/conversation-store';
import { foldEntries } from '../domain/fold';
import { alice, said, seeded, steadyClock } from '../testing/drafts';
import { TestDynamo } from '../testing/dynamo';
import { createConversationStore } from './dynamo-conversation-store';

const dynamo = new TestDynamo();
let store: ConversationStore;
let id: string;
const log: Entry[] = [];
const FIRST = 4;

beforeAll(async () => {
  await dynamo.start();
  const upkeep = createConversationStore({
    client: dynamo.client(),
    table: await dynamo.createTable(),
    now: steadyClock(),
  });
  store = upkeep;
  id = (await store.create(alice, {})).id;
  const random = seeded(7);
  const messages: Entry[] = [];
  const append = async (draft: Parameters<typeof store.append>[2]) => {
    const entry = await store.append(alice.id, id, draft, `k${log.length}`);
    log.push(entry);
    if (entry.type === 'message') messages.push(entry);
  };
  for (let n = 0; n < 40; n++) {
    const any = messages[Math.floor(random() * messages.length)];
    const dice = any === undefined ? 1 : random();
    if (dice < 0.1) await append({ type: 'deleted', author: alice, of: any?.id as string });
    else if (dice < 0.2) {
      const parts = [{ type: 'text', text: `edit ${n}` }];
      await append({ type: 'edited', author: alice, of: any?.id as string, parts }).catch(() => undefined);
    } else if (dice < 0.25) await append({ type: 'superseded', author: alice, from: Math.max(1, log.length - 3) });
    else await append(said(alice, `message ${n}`));
  }
  // Deletions have blanked what they name since it was appended.
  const { items } = await store.page(alice.id, id, { after: 0, limit: 200 });
  log.splice(0, log.length, ...items);
  await upkeep.raiseFirst(id, FIRST);
});
afterAll(() => dynamo.stop());

const bound = fc.option(fc.integer({ min: 0, max: 45 }), { nil: undefined });
const query = fc.record({ before: bound, after: bound, limit: fc.integer({ min: 1, max: 45 }) });

describe('a page', () => {
  it('of any bounds is that of an array of the same entries', async () => {
    expect(new Set(log.map(({ type }) => type)).size).toBe(4);
    await fc.assert(
      fc.asyncProperty(query, async ({ before, after, limit }) => {
        const within = <E extends Entry>(entries: E[]) =>
          entries.filter(({ seq }) => seq >= FIRST && seq < (before ?? Infinity) && seq > (after ?? 0));
        const expected = after === undefined ? within(foldEntries(log)).slice(-limit) : within(log).slice(0, limit);
        const page = await store.page(alice.id, id, { before, after, limit });
        expect(page).toEqual({ items: expected, first: FIRST, head: log.length });
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('before the first of the last one shows the whole view, page by page', async () => {
    for (const limit of [1, 3, 7, 200]) {
      const seen: Entry[] = [];
      for (let before: number | undefined; ; before = seen[0]?.seq) {
        const { items } = await store.page(alice.id, id, { before, limit });
        if (items.length === 0) break;
        seen.unshift(...items);
      }
      expect(seen).toEqual(foldEntries(log).filter(({ seq }) => seq >= FIRST));
    }
  });

  it('for a model is the newest of the view', async () => {
    const view = foldEntries(log).filter(({ seq }) => seq >= FIRST);
    expect(await store.lastMessages(alice.id, id, 5)).toEqual(view.slice(-5));
  });
});
