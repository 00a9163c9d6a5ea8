import { DeleteCommand, PutCommand, paginateQuery, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Ban, Bans } from '../domain/bans';
import { storeUnavailable } from './store-unavailable';

const PK = 'BANNED';

/** Bans in the sessions table, all under one partition key: one query reads about ten thousand of them. */
export class DynamoBans implements Bans {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly table: string,
  ) {}

  async add({ principalId, at }: Ban): Promise<void> {
    const Item = { pk: PK, sk: principalId, at };
    await this.client.send(new PutCommand({ TableName: this.table, Item })).catch(storeUnavailable);
  }

  async lift(principalId: string): Promise<void> {
    const Key = { pk: PK, sk: principalId };
    await this.client.send(new DeleteCommand({ TableName: this.table, Key })).catch(storeUnavailable);
  }

  async all(): Promise<Ban[]> {
    const bans: Ban[] = [];
    const query = {
      TableName: this.table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': PK },
    };
    try {
      for await (const { Items = [] } of paginateQuery({ client: this.client }, query))
        for (const { sk, at } of Items as { sk: string; at: number }[]) bans.push({ principalId: sk, at });
    } catch (error) {
      storeUnavailable(error);
    }
    return bans;
  }
}
