import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ParleyError } from '@parley/errors';
import { MOST_BLOCKED, type Blocks } from '../domain/blocks';
import { orderKey } from '../domain/cursor';
import { isoTime } from './context';
import { ITEM_VERSION } from './items';
import { BLOCKS, blocksKey, blocksOf } from './keys';
import { Table, type Change } from './table';

/** Changes that one look reads at once. */
const PAGE = 100;

/** One item a person, listed by the index in the order of the last change: what is new is one query for all people. */
export class DynamoBlocks implements Blocks {
  private readonly table: Table;

  /** @param now epoch milliseconds */
  constructor(
    client: DynamoDBDocumentClient,
    table: string,
    private readonly now: () => number = Date.now,
  ) {
    this.table = new Table(client, table);
  }

  async block(principalId: string, whom: string): Promise<void> {
    const isDone = await this.change(principalId, {
      add: { blocked: new Set([whom]) },
      when: 'attribute_not_exists(#blocked) OR size(#blocked) < :most OR contains(#blocked, :whom)',
      values: { most: MOST_BLOCKED, whom },
    });
    if (!isDone) throw new ParleyError('too_large', { message: 'More people cannot be blocked' });
  }

  async unblock(principalId: string, whom: string): Promise<void> {
    await this.change(principalId, { takeOut: { blocked: new Set([whom]) }, when: 'attribute_exists(pk)' });
  }

  async takeOver(fromId: string, toId: string): Promise<void> {
    for (;;) {
      const lists = await this.of([fromId, toId]);
      const known = lists.get(toId) ?? new Set();
      const others = [...(lists.get(fromId) ?? [])].filter((whom) => whom !== toId && !known.has(whom));
      const fitting = others.slice(0, MOST_BLOCKED - known.size);
      if (fitting.length === 0) return;
      const isDone = await this.change(toId, {
        add: { blocked: new Set(fitting) },
        when: 'attribute_not_exists(#blocked) OR size(#blocked) <= :room',
        values: { room: MOST_BLOCKED - fitting.length },
      });
      // Else he has blocked somebody meanwhile, and less fits.
      if (isDone) return;
    }
  }

  async forget(principalId: string): Promise<void> {
    await this.table.delete(blocksKey(principalId));
  }

  async of(principalIds: readonly string[]): Promise<Map<string, ReadonlySet<string>>> {
    const items = await this.table.getAll(principalIds.map(blocksKey));
    const lists = principalIds.map((id) => [id, items.get(blocksKey(id))?.['blocked']] as const);
    return new Map(lists.filter((list): list is [string, ReadonlySet<string>] => list[1] !== undefined));
  }

  async changedSince(since: number): Promise<string[]> {
    const changed: string[] = [];
    for await (const { pk } of this.table.queryIndex(BLOCKS, isoTime(since), '~', PAGE)) changed.push(blocksOf(pk));
    return changed;
  }

  private change(principalId: string, change: Change): Promise<boolean> {
    const listedAt = orderKey({ updatedAt: isoTime(this.now()), id: principalId });
    return this.table.update(blocksKey(principalId), { ...change, set: { v: ITEM_VERSION, member: BLOCKS, listedAt } });
  }
}
