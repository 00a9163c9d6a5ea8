import { randomUUID } from 'node:crypto';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Act, ModerationQuery } from '@parley/protocol';
import { cursorOf, orderKey, parseCursor } from '../domain/cursor';
import { ERASED } from '../domain/erasure';
import type { ActDraft, AuditLog } from '../domain/moderation';
import { isoTime } from './context';
import { ITEM_VERSION } from './items';
import { auditKey } from './keys';
import { Table } from './table';

/** The audit log in the table of conversations, in one partition: people's acts are few. */
export class DynamoAuditLog implements AuditLog {
  private readonly table: Table;

  /** @param now epoch milliseconds */
  constructor(
    client: DynamoDBDocumentClient,
    table: string,
    private readonly now: () => number = Date.now,
  ) {
    this.table = new Table(client, table);
  }

  async add(draft: ActDraft): Promise<void> {
    const act: Act = { ...draft, id: randomUUID(), at: isoTime(this.now()) };
    const key = auditKey(orderKey({ updatedAt: act.at, id: act.id }));
    // Under a condition, so that no line ever takes another's place.
    await this.table.putNew({ ...key, v: ITEM_VERSION, act });
  }

  async list({ limit, cursor }: ModerationQuery) {
    const after = cursor === undefined ? undefined : parseCursor(cursor);
    const { pk } = auditKey('');
    const items: Act[] = [];
    let last = '';
    for await (const { sk, act } of this.table.query({ pk, from: ' ', to: after ?? '~', descending: true })) {
      if (sk === after) continue;
      if (items.length === limit) return { items, next: cursorOf(last) };
      items.push(act as Act);
      last = sk;
    }
    return { items };
  }

  async forget(principalId: string, until: number): Promise<void> {
    const { pk } = auditKey('');
    for await (const { sk, act, isErased } of this.table.query({ pk, from: ' ', to: `${isoTime(until)}~` })) {
      const { by, reason, ...facts } = act as Act;
      // Not by its name: anybody may call himself what those are called who were erased.
      if (by.id !== principalId || isErased === true) continue;
      const told = facts.what === 'report' || reason === undefined ? {} : { reason };
      const without: Act = { ...facts, by: { ...by, name: ERASED.name }, ...told };
      await this.table.update({ pk, sk }, { set: { act: without, isErased: true } });
    }
  }
}
