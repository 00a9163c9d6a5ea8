import { ParleyError } from '@parley/errors';
import type { Author, Entry, Message } from '@parley/protocol';
import type { AppendOptions, EntryDraft } from '../domain/conversation-store';
import { previewOf, titleFrom } from '../domain/preview';
import { isoTime, type StoreContext } from './context';
import { toEntry, toMessage, unplaced, type EntryItem, type RecordItem } from './items';
import { entryKey, recordKey, scopedKey } from './keys';
import type { Log } from './log';
import { chatPlace, forbidden, notFound, type Admitted, type Records } from './records';
import type { Views } from './views';

/** A client's key is an id, never content. */
const MAX_KEY_CHARACTERS = 256;

/** Everything that belongs to one append: rights, place in the log, blanking, and the record's knowledge of it. */
export class Appending {
  constructor(
    private readonly context: StoreContext,
    private readonly records: Records,
    private readonly log: Log,
    private readonly views: Views,
  ) {}

  async append(
    principalId: string,
    id: string,
    draft: EntryDraft,
    key: string,
    options?: AppendOptions,
  ): Promise<Entry> {
    assertKey(key);
    const isAnswer = draft.type === 'message' && draft.author.kind === 'assistant';
    const admitted = await (isAnswer ? this.records.admitAnswer(principalId, id) : this.records.admit(principalId, id));
    return this.appendTo(admitted, principalId, draft, key, options);
  }

  /** The same for who was admitted a moment ago. */
  async appendTo(
    { record, role, isMuted }: Admitted,
    principalId: string,
    draft: EntryDraft,
    key: string,
    options?: AppendOptions,
  ): Promise<Entry> {
    assertKey(key);
    if (record.archivedAt !== undefined) throw new ParleyError('conversation_archived');
    // What a muted member wrote before is his to delete.
    if (isMuted && draft.type !== 'deleted' && draft.author.kind !== 'assistant') throw forbidden();
    if (draft.author.kind !== 'assistant' && draft.author.id !== principalId) throw forbidden();
    const target = await this.assertAllowed(principalId, record, draft, role === 'owner');
    return this.write(principalId, record, draft, key, target, options);
  }

  /** An admin's deletion: see ModeratedConversations. */
  async removeContent(author: Author, id: string, messageId: string): Promise<Entry> {
    const record = await this.records.read(id);
    if (record?.state !== 'live') throw notFound();
    const draft = { type: 'deleted', author, of: messageId } as const;
    const target = await this.assertAllowed(author.id, record, draft, true);
    return this.write(author.id, record, draft, `removed/${messageId}`, target);
  }

  private async write(
    principalId: string,
    record: RecordItem,
    draft: EntryDraft,
    key: string,
    target: EntryItem | undefined,
    options?: AppendOptions,
  ): Promise<Entry> {
    const createdAt = isoTime(this.context.now());
    const facts = { id: this.context.randomId(), key: scopedKey(principalId, key), createdAt };
    const item = await this.log.append(record, unplaced(draft, facts), options);
    // Also when the entry was there already: the attempt that wrote it may have ended before this.
    if (target !== undefined) await this.blank(record, item, target);
    await this.note(principalId, record, item);
    if (item.type === 'deleted') await this.forgetTitle(record, item);
    return toEntry(item, record.id);
  }

  /** Whether the draft may be said here. Answers the message that it names. */
  private async assertAllowed(principalId: string, record: RecordItem, draft: EntryDraft, isOwner: boolean) {
    if (draft.type === 'message') return undefined;
    if (draft.type === 'superseded') {
      if (record.kind !== 'chat') throw forbidden();
      const inLog = Number.isInteger(draft.from) && draft.from >= 1 && draft.from <= (await this.log.head(record));
      if (!inLog) throw new ParleyError('invalid_body', { details: [{ path: 'from', message: 'a `seq` of the log' }] });
      return undefined;
    }
    const target = await this.log.locate(record.logId, draft.of);
    // A deletion of what is deleted already passes: it may be the same one, sent again.
    if (target === undefined || target.seq < record.first) throw new ParleyError('not_found');
    if (draft.type === 'edited' && target.blanked === true) throw new ParleyError('not_found');
    const isAuthor = target.author.id === principalId;
    const mayDelete = draft.type === 'deleted' && isOwner;
    if (!isAuthor && !mayDelete) throw forbidden();
    return target;
  }

  /**
   * Takes the content of a deleted message out of the store, and of its edits. A deletion and an edit that cross each
   * look for the other after they are in the log themselves, so one of them sees both.
   */
  private async blank(record: RecordItem, entry: EntryItem, target: EntryItem): Promise<void> {
    const edits: EntryItem[] = [];
    let deleted = entry.type === 'deleted';
    for (const overlay of await this.log.overlays(record.logId)) {
      if (overlay.of !== target.id) continue;
      if (overlay.type === 'deleted') deleted = true;
      if (overlay.type === 'edited') edits.push(overlay);
    }
    if (!deleted) return;
    for (const { seq } of [target, ...edits]) {
      const change = { set: { parts: '[]', blanked: true }, when: 'attribute_exists(pk)' };
      await this.context.table.update(entryKey(record.logId, seq), change);
    }
  }

  /**
   * Tells the record of the new head: one update, only forwards, whatever number of members there is. The entry is in
   * the log by now, so an outage here is survived: the next append says more than this one would have said.
   *
   * @throws ParleyError `conversation_not_found` when a deletion began meanwhile; nothing of the entry is left then.
   */
  private async note(principalId: string, record: RecordItem, item: EntryItem): Promise<void> {
    const { table, report } = this.context;
    try {
      if (await table.update(recordKey(record.id), await this.recordChange(principalId, record, item))) return;
      const now = await this.records.read(record.id);
      // It became a room since it was read: other things are said of one.
      if (now?.state === 'live' && now.head < item.seq) return await this.note(principalId, now, item);
      if (now?.state === 'live') return;
      await this.log.withdraw(record.logId, item);
    } catch (error) {
      report('the record does not know its newest entry yet', error);
      return;
    }
    throw notFound();
  }

  /** A title made of the deleted message goes with it. After `note`, so that no earlier entry can bring it back. */
  private async forgetTitle(record: RecordItem, { of }: EntryItem): Promise<void> {
    const change = { remove: ['title', 'titleOf'], when: '#state = :live AND #titleOf = :of' };
    await this.context.table.update(recordKey(record.id), { ...change, values: { live: 'live', of } });
  }

  private async recordChange(principalId: string, record: RecordItem, item: EntryItem) {
    const { id, kind } = record;
    const at = isoTime(this.context.now());
    const updatedAt = at > record.updatedAt ? at : record.updatedAt;
    const last = await this.lastMessage(record, item);
    const title = item.type === 'message' && item.role === 'user' ? titleFrom(toMessage(item, id).parts) : undefined;
    const own = kind === 'chat' && item.author.id === principalId;
    return {
      set: {
        head: item.seq,
        updatedAt,
        ...(kind === 'chat' ? { listedAt: chatPlace(updatedAt, id) } : {}),
        ...(last === undefined ? {} : { lastMessage: JSON.stringify(previewOf(last)) }),
        ...(own ? { ownRead: item.seq } : {}),
      },
      ...(title === undefined ? {} : { setOnce: { title, titleOf: item.id } }),
      ...(last === undefined ? { remove: ['lastMessage'] } : {}),
      when: '#state = :live AND #kind = :kind AND #head < :head',
      values: { live: 'live', kind, head: item.seq },
    };
  }

  /** What the list shows after this entry. Anything but a message may have changed or hidden what it shows now. */
  private async lastMessage(record: RecordItem, item: EntryItem): Promise<Message | undefined> {
    if (item.type === 'message' && item.blanked !== true) return toMessage(item, record.id);
    const [last] = await this.views.messages(record, { limit: 1 });
    return last;
  }
}

function assertKey(key: string): void {
  if (key !== '' && key.length <= MAX_KEY_CHARACTERS) return;
  throw new ParleyError('invalid_body', { details: [{ path: 'key', message: '1 to 256 characters' }] });
}
