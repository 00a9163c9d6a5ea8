import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
  type CreateTableCommandInput,
  type KeySchemaElement,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { TABLES, type TableDefinition, type TableName } from '@parley/descriptor';

/**
 * Creates the tables of {@link TABLES} under the given names, where they do not exist yet, and returns when they can be
 * used.
 *
 * @throws Error for a table that exists with other keys or indexes: data of another version
 */
export async function createTables(endpoint: string, names: Record<TableName, string>): Promise<void> {
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  try {
    for (const [table, name] of Object.entries(names)) await createTable(client, name, TABLES[table as TableName]);
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, name: string, definition: TableDefinition): Promise<void> {
  try {
    await client.send(new CreateTableCommand(tableInput(name, definition)));
    await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { TableName: name });
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
    await assertSameShape(client, name, definition);
  }
}

async function assertSameShape(client: DynamoDBClient, name: string, definition: TableDefinition): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
  if (shape(Table) !== shape(tableInput(name, definition)))
    throw new Error(`The table ${name} was made by another version of this program: its keys or indexes differ`);
}

function tableInput(name: string, { hashKey, rangeKey, indexes }: TableDefinition): CreateTableCommandInput {
  const keys = [hashKey, rangeKey, ...indexes.flatMap((index) => [index.hashKey, index.rangeKey])];
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...new Set(keys)].map((key) => ({ AttributeName: key, AttributeType: 'S' })),
    KeySchema: keySchema(hashKey, rangeKey),
    ...(indexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: indexes.map((index) => ({
            IndexName: index.name,
            KeySchema: keySchema(index.hashKey, index.rangeKey),
            Projection: { ProjectionType: index.projection },
          })),
        }),
  };
}

const keySchema = (hashKey: string, rangeKey: string): KeySchemaElement[] => [
  { AttributeName: hashKey, KeyType: 'HASH' },
  { AttributeName: rangeKey, KeyType: 'RANGE' },
];

/** What makes two tables the same to a program: keys and indexes, the order of indexes apart. */
function shape(table: CreateTableCommandInput | TableDescription | undefined): string {
  const keysOf = (schema: KeySchemaElement[] | undefined) => schema?.map(({ AttributeName }) => AttributeName).join();
  const indexes = (table?.GlobalSecondaryIndexes ?? []).map((index) => `${index.IndexName}:${keysOf(index.KeySchema)}`);
  return [keysOf(table?.KeySchema), ...indexes.sort()].join(' ');
}
