import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { DisplayNames } from '../domain/display-names';
import { storeUnavailable } from './store-unavailable';

/** A name may be this old: another replica may have changed it. */
const FRESH_MS = 60_000;
const CACHED = 10_000;

/** Display names in the sessions table, read through a small cache: every message that is written asks for one. */
export class DynamoDisplayNames implements DisplayNames {
  private readonly cache = new Map<string, { name: string | undefined; at: number }>();

  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly now: () => number = Date.now,
  ) {}

  async get(principalId: string): Promise<string | undefined> {
    const cached = this.cache.get(principalId);
    if (cached && this.now() - cached.at < FRESH_MS) return cached.name;
    const { Item } = await this.client
      .send(new GetCommand({ TableName: this.table, Key: keyOf(principalId) }))
      .catch(storeUnavailable);
    return this.keep(principalId, typeof Item?.['name'] === 'string' ? Item['name'] : undefined);
  }

  async remember(principalId: string, name: string): Promise<void> {
    await this.put(principalId, name, 'attribute_not_exists(pk)').catch((error: unknown) => {
      if (!(error instanceof ConditionalCheckFailedException)) storeUnavailable(error);
    });
  }

  async set(principalId: string, name: string): Promise<void> {
    await this.put(principalId, name).catch(storeUnavailable);
    this.keep(principalId, name);
  }

  private async put(principalId: string, name: string, ConditionExpression?: string): Promise<void> {
    const Item = { ...keyOf(principalId), name };
    await this.client.send(new PutCommand({ TableName: this.table, Item, ConditionExpression }));
    this.cache.delete(principalId);
  }

  private keep(principalId: string, name: string | undefined): string | undefined {
    this.cache.set(principalId, { name, at: this.now() });
    if (this.cache.size > CACHED) this.cache.delete(this.cache.keys().next().value as string);
    return name;
  }
}

const keyOf = (principalId: string) => ({ pk: `NAME#${principalId}`, sk: 'NAME' });
