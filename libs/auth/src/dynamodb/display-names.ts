import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import type { DisplayNames, Named } from '../domain/display-names';
import { storeUnavailable } from './store-unavailable';

/** A name may be this old: another replica may have changed it. So may a guest's having none. */
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

  async get(who: Named): Promise<string | undefined> {
    const cached = this.cache.get(who.id);
    // A user may have signed in elsewhere a moment ago, for the first time, and what he writes keeps the name for ever.
    const isSure = cached?.name !== undefined || who.kind === 'guest';
    if (cached && isSure && this.now() - cached.at < FRESH_MS) return cached.name;
    const { Item } = await this.client
      .send(new GetCommand({ TableName: this.table, Key: keyOf(who) }))
      .catch(storeUnavailable);
    const { name, expiresAt = Infinity } = (Item ?? {}) as { name?: string; expiresAt?: number };
    // DynamoDB removes what has expired in its own time.
    if (name === undefined || expiresAt * 1_000 <= this.now()) return this.keep(who.id, undefined);
    if (expiresAt < (endOf(who) ?? 0)) await this.prolong(who);
    return this.keep(who.id, name);
  }

  async remember(who: Named, name: string): Promise<void> {
    await this.put(who, name, 'attribute_not_exists(pk)').catch(unlessConditionFailed);
  }

  async set(who: Named, name: string): Promise<void> {
    await this.put(who, name).catch(storeUnavailable);
    this.keep(who.id, name);
  }

  async forget(who: Pick<Named, 'id'>): Promise<void> {
    await this.client.send(new DeleteCommand({ TableName: this.table, Key: keyOf(who) })).catch(storeUnavailable);
    this.cache.delete(who.id);
  }

  private async put(who: Named, name: string, ConditionExpression?: string): Promise<void> {
    const endsAt = endOf(who);
    const Item = { ...keyOf(who), name, ...(endsAt === undefined ? {} : { expiresAt: endsAt }) };
    await this.client.send(new PutCommand({ TableName: this.table, Item, ConditionExpression }));
    this.cache.delete(who.id);
  }

  /** The session was renewed since: once a day at the most. */
  private async prolong(who: Named): Promise<void> {
    const change = {
      UpdateExpression: 'SET expiresAt = :end',
      ConditionExpression: 'expiresAt < :end',
      ExpressionAttributeValues: { ':end': endOf(who) },
    };
    await this.client
      .send(new UpdateCommand({ TableName: this.table, Key: keyOf(who), ...change }))
      .catch(unlessConditionFailed);
  }

  private keep(principalId: string, name: string | undefined): string | undefined {
    this.cache.set(principalId, { name, at: this.now() });
    if (this.cache.size > CACHED) this.cache.delete(this.cache.keys().next().value as string);
    return name;
  }
}

const keyOf = ({ id }: Pick<Named, 'id'>) => ({ pk: `NAME#${id}`, sk: 'NAME' });

/** Epoch seconds, as DynamoDB counts them. */
const endOf = ({ kind, expiresAt }: Named) => (kind === 'guest' ? Math.ceil(expiresAt / 1_000) : undefined);

function unlessConditionFailed(error: unknown): void {
  if (!(error instanceof ConditionalCheckFailedException)) storeUnavailable(error);
}
