import { DeleteCommand, GetCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Consenting, Consents } from '../domain/consents';
import { storeUnavailable } from './store-unavailable';

/** Consents in the sessions table, read where a call begins: what was said last counts at once. */
export class DynamoConsents implements Consents {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
    private readonly now: () => number = Date.now,
  ) {}

  async get(who: Consenting): Promise<boolean | undefined> {
    const { Item } = await this.client
      .send(new GetCommand({ TableName: this.table, Key: keyOf(who), ConsistentRead: true }))
      .catch(storeUnavailable);
    const { transcripts, expiresAt = Infinity } = (Item ?? {}) as { transcripts?: boolean; expiresAt?: number };
    // DynamoDB removes what has expired in its own time.
    return expiresAt * 1_000 > this.now() ? transcripts : undefined;
  }

  async set(who: Consenting, transcripts: boolean): Promise<void> {
    const end = who.kind === 'guest' ? { expiresAt: Math.floor(who.expiresAt / 1_000) } : {};
    const Item = { ...keyOf(who), transcripts, at: this.now(), ...end };
    await this.client.send(new PutCommand({ TableName: this.table, Item })).catch(storeUnavailable);
  }

  async forget(who: Pick<Consenting, 'id'>): Promise<void> {
    await this.client.send(new DeleteCommand({ TableName: this.table, Key: keyOf(who) })).catch(storeUnavailable);
  }
}

const keyOf = ({ id }: Pick<Consenting, 'id'>) => ({ pk: `CONSENT#${id}`, sk: 'CONSENT' });
