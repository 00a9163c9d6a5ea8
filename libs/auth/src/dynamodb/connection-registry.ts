import { randomUUID } from 'node:crypto';
import {
  BatchGetCommand,
  DeleteCommand,
  paginateQuery,
  PutCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import {
  LEASE_MS,
  type ConnectionCount,
  type ConnectionRegistry,
  type LiveConnection,
  type LiveProcess,
} from '../domain/connection-registry';
import { CrowdedWrites } from './crowded-writes';
import { storeUnavailable } from './store-unavailable';

type Item = LiveConnection & { process: string };
interface Lease {
  sk: string;
  endsAt: number;
  open?: ConnectionCount[];
}

/** All leases are in one partition: a handful of writes a minute, and one query tells who lives. */
const PROCESSES = 'PROCESSES';

/** What no close has removed goes after this long by itself: its process died. Nobody's socket lives longer. */
const KEPT_MS = 48 * 3_600_000;
/** DynamoDB takes a hundred keys at once. */
const MOST_PROCESSES = 100;

/**
 * Connections in the sessions table, under their principal, and a lease for each process. Twenty thousand sockets cost two
 * writes each in their life, in requests that they share with those of the same moment, and their process four a minute.
 */
export class DynamoConnectionRegistry implements ConnectionRegistry {
  private readonly process = randomUUID();
  private readonly writes: CrowdedWrites;

  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly now: () => number = Date.now,
  ) {
    this.writes = new CrowdedWrites(client, table);
  }

  async put(connection: LiveConnection): Promise<void> {
    const { id, principalId, kind, path, since } = connection;
    const facts = { id, principalId, kind, path, since, process: this.process };
    await this.writes.put({ ...keyOf(connection), ...facts, ...this.expiryAfter(KEPT_MS) });
  }

  async remove(connection: Pick<LiveConnection, 'id' | 'principalId'>): Promise<void> {
    await this.writes.delete(keyOf(connection));
  }

  async forget(principalId: string, until: number): Promise<void> {
    const items = await this.itemsOf(principalId).catch(storeUnavailable);
    const theirs = items.filter(({ since }) => since <= until);
    await Promise.all(theirs.map((item) => this.writes.delete(keyOf(item))));
  }

  async of(principalId: string): Promise<LiveConnection[]> {
    const items = await this.itemsOf(principalId).catch(storeUnavailable);
    const living = await this.living(new Set(items.map(({ process }) => process))).catch(storeUnavailable);
    return items
      .filter(({ process }) => living.has(process))
      .map(({ id, kind, path, since }) => ({ id, principalId, kind, path, since }));
  }

  async renew(open: readonly ConnectionCount[]): Promise<void> {
    const Item = { ...leaseOf(this.process), endsAt: this.now() + LEASE_MS, open, ...this.expiryAfter(LEASE_MS) };
    await this.client.send(new PutCommand({ TableName: this.table, Item })).catch(storeUnavailable);
  }

  /** The lease alone: what hangs on it is gone at once, and expires. */
  async leave(): Promise<void> {
    const Key = leaseOf(this.process);
    await this.client.send(new DeleteCommand({ TableName: this.table, Key })).catch(storeUnavailable);
  }

  async processes(): Promise<LiveProcess[]> {
    const leases = await this.partition<Lease>(PROCESSES).catch(storeUnavailable);
    return leases
      .filter(({ endsAt }) => endsAt > this.now())
      .map(({ sk, endsAt, open = [] }) => ({ id: sk, toldAt: endsAt - LEASE_MS, open }));
  }

  private itemsOf(principalId: string): Promise<Item[]> {
    return this.partition<Item>(`CONNECTIONS#${principalId}`);
  }

  private async partition<T>(pk: string): Promise<T[]> {
    const items: T[] = [];
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
      },
    );
    for await (const { Items = [] } of pages) items.push(...(Items as T[]));
    return items;
  }

  private async living(processes: ReadonlySet<string>): Promise<Set<string>> {
    const living = new Set<string>();
    const all = [...processes];
    for (let at = 0; at < all.length; at += MOST_PROCESSES) {
      let keys: Record<string, unknown>[] = all.slice(at, at + MOST_PROCESSES).map(leaseOf);
      while (keys.length > 0) {
        const RequestItems = { [this.table]: { Keys: keys, ConsistentRead: true } };
        const { Responses, UnprocessedKeys } = await this.client.send(new BatchGetCommand({ RequestItems }));
        for (const { sk, endsAt } of Responses?.[this.table] ?? []) if (endsAt > this.now()) living.add(sk as string);
        keys = UnprocessedKeys?.[this.table]?.Keys ?? [];
      }
    }
    return living;
  }

  private expiryAfter(ms: number): { expiresAt: number } {
    return { expiresAt: Math.ceil((this.now() + ms) / 1_000) };
  }
}

const keyOf = ({ principalId, id }: Pick<LiveConnection, 'id' | 'principalId'>) => ({
  pk: `CONNECTIONS#${principalId}`,
  sk: id,
});
const leaseOf = (process: string) => ({ pk: PROCESSES, sk: process });
