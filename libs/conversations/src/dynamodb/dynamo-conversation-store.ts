import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ConversationStore, ConversationUpkeep, HeldConversation } from '../domain/conversation-store';
import type { ErasedPrincipals } from '../domain/erasure';
import type { ModeratedConversations } from '../domain/moderation';
import type { OpenConversations, Rooms } from '../domain/rooms';
import { Appending } from './appending';
import { Erasing } from './erasing';
import { ErasingEntries } from './erasing-entries';
import { ITEM_VERSION, toEntry, type RecordItem } from './items';
import { readMarkKey, recordKey } from './keys';
import { Listing } from './listing';
import { Log } from './log';
import { Memberships } from './memberships';
import { OwnConversations } from './own-conversations';
import { Records, type Admitted } from './records';
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
   * Called when a deletion is marked, before anything is erased, and for a room that somebody is erased from: stops calls and generations of the conversation. May be
   * called again for the same one. If it throws, the deletion stays begun, and `remove` or `finishRemovals` resumes it.
   */
  beforeRemove?: (id: string) => Promise<void>;
  /** Told of a failure that was survived. */
  report?: (what: string, cause: unknown) => void;
}

/** The log in DynamoDB. Holds no state: any number of replicas may work on the same table. */
export function createConversationStore(
  options: ConversationStoreOptions,
): ConversationStore & Rooms & OpenConversations & ModeratedConversations & ErasedPrincipals & ConversationUpkeep {
  const context = {
    table: new Table(options.client, options.table),
    now: options.now ?? Date.now,
    randomId: options.randomId ?? randomUUID,
    report: options.report ?? (() => undefined),
  };
  const records = new Records(context);
  const memberships = new Memberships(context, records);
  const own = new OwnConversations(context, records);
  const log = new Log(context);
  const views = new Views(log);
  const listing = new Listing(context);
  const appending = new Appending(context, records, log, views);
  const stopWork = options.beforeRemove ?? (async () => undefined);
  const removal = new Removal(context, records, log, stopWork);
  const retention = new Retention(context, log, removal);
  const erasingEntries = new ErasingEntries(context, log, views);
  const erasing = new Erasing(context, records, memberships, removal, erasingEntries, stopWork);

  const held = (principalId: string, admitted: Admitted): HeldConversation => {
    const { assistant, kind, titleBy, titleOf, head } = admitted.record;
    let now = admitted;
    return {
      ...(assistant === undefined ? {} : { assistant }),
      kind,
      isNamed: titleBy !== undefined || titleOf === '',
      head,
      async append(draft, key, options) {
        const entry = await appending.appendTo(now, principalId, draft, key, options);
        // Where the next one is looked for first.
        now = { ...now, record: { ...now.record, head: Math.max(now.record.head, entry.seq) } };
        return entry;
      },
      entitle: (title) => records.entitle(now.record, title),
      lastMessages: (limit) => views.messages(now.record, { limit }),
      findMessage: (messageId) => views.find(now.record, messageId),
    };
  };

  return {
    async create(by, draft) {
      const record = await records.create(by, draft);
      return records.describe(record, record.head);
    },

    async get(principalId, id) {
      const record = await records.open(principalId, id);
      return records.describe(record, await log.head(record));
    },

    async hold(principalId, id) {
      return held(principalId, await records.admit(principalId, id));
    },

    async createHeld(by, draft) {
      return held(by.id, { record: await records.create(by, draft), role: 'owner', isMuted: false });
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

    append: (principalId, id, draft, key, options) => appending.append(principalId, id, draft, key, options),

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
      return read;
    },

    async addMember(principalId, id, member, role) {
      const record = await memberships.add(principalId, id, member, role);
      return records.describe(record, await log.head(record));
    },
    removeMember: (principalId, id, memberId) => memberships.remove(principalId, id, memberId),
    invite: (principalId, id) => memberships.invite(principalId, id),
    async join(by, id, invitation) {
      const record = await memberships.join(by, id, invitation);
      return records.describe(record, await log.head(record));
    },
    async bringIn(principalId, id, people) {
      const record = await memberships.bringIn(principalId, id, people);
      return records.describe(record, await log.head(record));
    },
    archive: (principalId, id) => memberships.archive(principalId, id),
    mute: (principalId, id, memberId, muted) => memberships.mute(principalId, id, memberId, muted),

    async own(by, name, draft) {
      const record = await own.open(by, name, draft);
      return records.describe(record, await log.head(record));
    },
    findOwn: (principalId, name) => own.find(principalId, name),

    async states(ids) {
      const items = await context.table.getAll(ids.map(recordKey));
      const records = ids.map((id) => items.get(recordKey(id)) as RecordItem | undefined);
      const live = records.filter((record): record is RecordItem => record?.state === 'live');
      return new Map(live.map(({ id, head, membersVersion = 0 }) => [id, { head, membersVersion }]));
    },
    hearers: (id) => memberships.hearers(id),
    async entriesAfter(id, after, limit) {
      const record = await records.read(id);
      if (record?.state !== 'live') return [];
      const items = [];
      for await (const item of log.entries(record.logId, {
        from: Math.max(after + 1, record.first),
        pageSize: limit,
      })) {
        items.push(toEntry(item, id));
        if (items.length === limit) break;
      }
      return items;
    },

    async findForReview(id, messageId) {
      const record = await records.read(id);
      return record?.state === 'live' ? views.find(record, messageId) : undefined;
    },
    removeContent: (by, id, messageId) => appending.removeContent(by, id, messageId),

    handOver: (fromId, to) => records.handOver(fromId, to),

    erasePrincipal: (principalId, options) => erasing.erase(principalId, options),

    finishRemovals: () => removal.finishAll(),
    raiseFirst: (id, first) => removal.raiseFirst(id, first),
    expire: (before) => retention.expire(before),
  };
}
