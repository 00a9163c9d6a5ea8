import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { ErasureWish, ErasureWishes } from '../domain/erasure';
import { isoTime } from './context';
import { ITEM_VERSION } from './items';
import { ERASURES, erasureKey } from './keys';
import { Table } from './table';

/** Wishes in the table of conversations: few, and listed by its index until they are fulfilled. */
export class DynamoErasureWishes implements ErasureWishes {
  private readonly table: Table;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.table = new Table(client, table);
  }

  async add(principalId: string, until: number): Promise<ErasureWish> {
    const listing = { member: ERASURES, listedAt: isoTime(until) };
    await this.table.put({
      ...erasureKey(principalId),
      v: ITEM_VERSION,
      principalId,
      until,
      isPassed: false,
      ...listing,
    });
    return { principalId, until, isPassed: false };
  }

  async all(): Promise<ErasureWish[]> {
    const wishes: ErasureWish[] = [];
    for await (const { pk, sk } of this.table.queryIndex(ERASURES, ' ', '~', 100)) {
      const item = await this.table.get({ pk, sk });
      if (item === undefined) continue;
      const { principalId, until, isPassed } = item as unknown as ErasureWish;
      wishes.push({ principalId, until, isPassed });
    }
    return wishes;
  }

  async passed({ principalId, until }: ErasureWish): Promise<void> {
    const change = { set: { isPassed: true }, when: '#until = :until', values: { until } };
    await this.table.update(erasureKey(principalId), change);
  }

  async fulfilled({ principalId, until }: ErasureWish): Promise<void> {
    await this.table.deleteWhen(erasureKey(principalId), '#until = :until', { until });
  }
}
