import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { createTables } from './create-tables';
import { startDynamo, type Dynamo } from './start-dynamo';

const NAMES = { conversations: 'test-conversations', sessions: 'test-sessions' };
const folder = mkdtempSync(join(tmpdir(), 'parley-dynamo-'));
let dynamo: Dynamo;
let client: DynamoDBClient;

const connectClient = () =>
  new DynamoDBClient({
    region: 'us-east-1',
    endpoint: dynamo.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

beforeAll(async () => {
  dynamo = await startDynamo({ folder });
  client = connectClient();
  await createTables(dynamo.endpoint, NAMES);
});
afterAll(async () => {
  client.destroy();
  await dynamo.close();
});

const put = (pk: string, more: Record<string, { S: string }> = {}, condition?: string) =>
  client.send(
    new PutItemCommand({
      TableName: NAMES.conversations,
      Item: { pk: { S: pk }, sk: { S: 'record' }, ...more },
      ...(condition === undefined ? {} : { ConditionExpression: condition }),
    }),
  );

it('creates the tables on demand, with their indexes', async () => {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: NAMES.conversations }));
  expect(Table).toMatchObject({
    TableStatus: 'ACTIVE',
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    GlobalSecondaryIndexes: [{ IndexName: 'byMember' }],
  });
});

it('creates them again without harm', async () => {
  await put('kept');
  await createTables(dynamo.endpoint, NAMES);
  const { Item } = await client.send(
    new GetItemCommand({ TableName: NAMES.conversations, Key: { pk: { S: 'kept' }, sk: { S: 'record' } } }),
  );
  expect(Item).toBeDefined();
});

it('refuses a table with other keys under the same name', async () => {
  await client.send(
    new CreateTableCommand({
      TableName: 'old-sessions',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await expect(createTables(dynamo.endpoint, { ...NAMES, sessions: 'old-sessions' })).rejects.toThrow(
    'made by another version',
  );
});

it('refuses a conditional put of what is there', async () => {
  await put('once', {}, 'attribute_not_exists(pk)');
  await expect(put('once', {}, 'attribute_not_exists(pk)')).rejects.toBeInstanceOf(ConditionalCheckFailedException);
});

it('lists by an index, newest first', async () => {
  for (const [pk, listedAt] of [
    ['a', '2026-01-01'],
    ['b', '2026-01-03'],
    ['c', '2026-01-02'],
  ] as const)
    await put(pk, { member: { S: 'alice' }, listedAt: { S: listedAt } });
  const { Items } = await client.send(
    new QueryCommand({
      TableName: NAMES.conversations,
      IndexName: 'byMember',
      KeyConditionExpression: '#m = :alice',
      ExpressionAttributeNames: { '#m': 'member' },
      ExpressionAttributeValues: { ':alice': { S: 'alice' } },
      ScanIndexForward: false,
    }),
  );
  expect(Items?.map(({ pk }) => pk?.S)).toEqual(['b', 'c', 'a']);
});

it('keeps data and tables over a restart', async () => {
  await put('survivor', { title: { S: 'Grüße' } });
  client.destroy();
  await dynamo.close();
  dynamo = await startDynamo({ folder });
  client = connectClient();
  await createTables(dynamo.endpoint, NAMES);
  const { Item } = await client.send(
    new GetItemCommand({ TableName: NAMES.conversations, Key: { pk: { S: 'survivor' }, sk: { S: 'record' } } }),
  );
  expect(Item?.['title']?.S).toBe('Grüße');
});

it('says so when another has the folder, instead of ending the process at the first request', async () => {
  await expect(startDynamo({ folder })).rejects.toThrow(`${folder} is in use by another process`);
});

it('survives a client that goes away in the middle of a request, which dynalite alone does not', async () => {
  const socket = connect(dynamo.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"half":');
  await put('meanwhile');
  socket.resetAndDestroy();
  await put('after');
});

it('closes with requests under way: what it began is done first, whoever still waits for it', async () => {
  const own = await startDynamo();
  await createTables(own.endpoint, NAMES);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const hasty = new DynamoDBClient({ region: 'us-east-1', endpoint: own.endpoint, credentials, maxAttempts: 1 });
  const writes = Array.from({ length: 200 }, (_, n) =>
    hasty.send(new PutItemCommand({ TableName: NAMES.sessions, Item: { pk: { S: `${n}` }, sk: { S: 'x' } } })),
  );
  await writes[0];
  const outcomes = Promise.allSettled(writes);
  await own.close();
  hasty.destroy();
  expect((await outcomes).filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
});
