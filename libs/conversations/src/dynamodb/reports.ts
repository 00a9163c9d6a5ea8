import { createHash, randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ModerationQuery, Report } from '@parley/protocol';
import { cursorOf, orderKey, parseCursor } from '../domain/cursor';
import { ERASED } from '../domain/erasure';
import type { ReportDraft, Reports } from '../domain/moderation';
import { isoTime } from './context';
import { ITEM_VERSION } from './items';
import { REPORTS, reportKey, type Key } from './keys';
import { Table } from './table';

/** Lines of the index that one request reads. */
const PAGE = 100;

/** Reports in the table of conversations, listed by its index. Their key is what they say, so the same one is there once. */
export class DynamoReports implements Reports {
  private readonly table: Table;

  /** @param now epoch milliseconds */
  constructor(
    client: DynamoDBDocumentClient,
    table: string,
    private readonly now: () => number = Date.now,
  ) {
    this.table = new Table(client, table);
  }

  add(draft: ReportDraft): Promise<boolean> {
    const { conversationId, messageId = '', principalId, by } = draft;
    const said = JSON.stringify([conversationId, messageId, principalId, by.id]);
    const report: Report = { ...draft, id: randomUUID(), at: isoTime(this.now()) };
    const listedAt = orderKey({ updatedAt: report.at, id: report.id });
    const key = reportKey(createHash('sha256').update(said).digest('base64url'));
    return this.table.putNew({ ...key, v: ITEM_VERSION, report, member: REPORTS, listedAt });
  }

  async list({ limit, cursor }: ModerationQuery) {
    const after = cursor === undefined ? undefined : parseCursor(cursor);
    const lines: { key: Key; place: string }[] = [];
    let isMore = false;
    for await (const { pk, sk, listedAt } of this.table.queryIndex(REPORTS, ' ', after ?? '~', limit + 1)) {
      if (listedAt === after) continue;
      isMore = lines.length === limit;
      if (isMore) break;
      lines.push({ key: { pk, sk }, place: listedAt as string });
    }
    // The index carries what the list of conversations needs, and not what a report says.
    const found = await this.table.getAll(lines.map(({ key }) => key));
    const items = lines.map(({ key }) => found.get(key)?.report as Report);
    return { items, ...(isMore ? { next: cursorOf(lines.at(-1)!.place) } : {}) };
  }

  async forget(principalId: string, until: number): Promise<void> {
    for await (const { pk, sk } of this.table.queryIndex(REPORTS, ' ', `${isoTime(until)}~`, PAGE)) {
      const report = (await this.table.get({ pk, sk }))?.report as Report | undefined;
      if (report?.by.id !== principalId) continue;
      await this.table.update({ pk, sk }, { set: { report: { ...report, by: ERASED, reason: '' } } });
    }
  }
}
