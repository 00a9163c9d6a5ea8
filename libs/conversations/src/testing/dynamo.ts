import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { ScanCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TABLES } from '@parley/descriptor';
import { createDocumentClient } from '../dynamodb/client';
import type { Item } from '../dynamodb/table';

// dynalite comes without types, and a declaration file would have to be named by every project that imports this one.
const dynalite = createRequire(import.meta.url)('dynalite') as (options: { createTableMs: number }) => Server;

/** DynamoDB's API in this process, on a port of its own, with empty tables on demand. */
export class TestDynamo {
  private readonly server = dynalite({ createTableMs: 0 });
  private readonly clients: DynamoDBDocumentClient[] = [];
  private endpoint = '';
  private tables = 0;

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.endpoint = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  /** A client of its own, as each replica has one. */
  client(config: DynamoDBClientConfig = {}): DynamoDBDocumentClient {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = createDocumentClient({ region: 'eu-central-1', endpoint: this.endpoint, credentials, ...config });
    this.clients.push(client);
    return client;
  }

  /** A new table laid out as the descriptor says; answers its name. */
  async createTable(): Promise<string> {
    const { hashKey, rangeKey, indexes } = TABLES.conversations;
    const keys = (hash: string, range: string) => [
      { AttributeName: hash, KeyType: 'HASH' as const },
      { AttributeName: range, KeyType: 'RANGE' as const },
    ];
    const attributes = [hashKey, rangeKey, ...indexes.flatMap((index) => [index.hashKey, index.rangeKey])];
    const TableName = `conversations-${(this.tables += 1)}`;
    await this.client().send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: keys(hashKey, rangeKey),
        AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        GlobalSecondaryIndexes: indexes.map((index) => ({
          IndexName: index.name,
          KeySchema: keys(index.hashKey, index.rangeKey),
          Projection: { ProjectionType: index.projection },
        })),
      }),
    );
    return TableName;
  }

  /** Everything in a table. */
  async scan(TableName: string): Promise<Item[]> {
    const items: Item[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const answer = await this.client().send(new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey }));
      items.push(...((answer.Items ?? []) as Item[]));
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return items;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.destroy();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
}
