import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ConversationStore, ConversationUpkeep } from '../domain/conversation-store';
import { Appending } from './appending';
import { ITEM_VERSION } from './items';
import { readMarkKey } from './keys';
import { Listing } from './listing';
import { Log } from './log';
import { Records } from './records';
import { Removal } from './removal';
import { Retention } from './retention';
import { Table } from './table';
import { Views } from './views';

export interface ConversationStoreOptions {
  client: DynamoDBDocumentClient;
  /** Name of the table, laid out as `TABLES.conversations` of `@parley/descriptor`. */
  table: string;
  /** Epoch milliseconds. */
  now?: () => number;
  /** Must be unguessable and match `conversationIdSchema`. */
  randomId?: () => string;
  /**
   * Called when a deletion is marked, before anything is erased: stops calls and generations of the conversation. May be
   * called again for the same one. If it throws, the deletion stays begun, and `remove` or `finishRemovals` resumes it.
   */
  beforeRemove?: (id: string) => Promise<void>;
  /** Told of a failure that was survived. */
  report?: (what: string, cause: unknown) => void;
}

/** The log in DynamoDB. Holds no state: any number of replicas may work on the same table. */
export function createConversationStore(options: ConversationStoreOptions): ConversationStore & ConversationUpkeep {
  const context = {
    table: new Table(options.client, options.table),
    now: options.now ?? Date.now,
    randomId: options.randomId ?? randomUUID,
    report: options.report ?? (() => undefined),
  };
  const records = new Records(context);
  const log = new Log(context);
  const views = new Views(log);
  const listing = new Listing(context);
  const appending = new Appending(context, records, log, views);
  const removal = new Removal(context, records, log, options.beforeRemove ?? (async () => undefined));

  const retention = new Retention(context, log, removal);

  return {
    async create(by, draft) {
      const record = await records.create(by, draft);
      return records.describe(record, record.head);
    },

    async get(principalId, id) {
      const record = await records.open(principalId, id);
      return records.describe(record, await log.head(record));
    },

    list: (principalId, query) => listing.list(principalId, query),

    async rename(principalId, id, title) {
      const record = await records.rename(await records.openAsOwner(principalId, id), title);
      return records.describe(record, await log.head(record));
    },

    async entitle(principalId, id, title) {
      return records.entitle(await records.open(principalId, id), title);
    },

    remove: (principalId, id) => removal.remove(principalId, id),

    append: (principalId, id, draft, key) => appending.append(principalId, id, draft, key),

    async page(principalId, id, query) {
      return views.page(await records.open(principalId, id), query);
    },

    async lastMessages(principalId, id, limit) {
      return views.messages(await records.open(principalId, id), { limit });
    },

    async findMessage(principalId, id, messageId) {
      return views.find(await records.open(principalId, id), messageId);
    },

    async markRead(principalId, id, seq) {
      const record = await records.open(principalId, id);
      const read = Math.min(seq, await log.head(record));
      const key = readMarkKey(id, principalId);
      const change = { set: { seq: read, v: ITEM_VERSION }, when: 'attribute_not_exists(pk) OR #seq < :read' };
      if (await context.table.update(key, { ...change, values: { read } })) await records.keepWhileLive(record, key);
    },

    async addMember(principalId, id, member) {
      const record = await records.openAsOwner(principalId, id);
      await records.addMember(record, member);
      return records.describe(record, await log.head(record));
    },

    async removeMember(principalId, id, memberId) {
      const record =
        memberId === principalId ? await records.open(principalId, id) : await records.openAsOwner(principalId, id);
      await records.removeMember(record, memberId);
    },

    handOver: (fromId, to) => records.handOver(fromId, to),

    finishRemovals: () => removal.finishAll(),
    raiseFirst: (id, first) => removal.raiseFirst(id, first),
    expire: (before) => retention.expire(before),
  };
}
