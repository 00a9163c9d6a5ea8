import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import dynalite from 'dynalite';
import { CrowdedWrites } from './crowded-writes';

const TABLE = 'sessions';
const server = dynalite({ createTableMs: 0 });
let client: DynamoDBDocumentClient;
let writes: CrowdedWrites;
/** How many writes each request carried. */
let requests: number[];
/** How many of a request's writes are left undone, request by request. */
let undone: number[];

type Batch = { RequestItems: Record<string, object[]> };

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const plain = new DynamoDBClient({
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  client = DynamoDBDocumentClient.from(plain);
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    }),
  );
  plain.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName !== 'BatchWriteItemCommand') return next(args);
      const input = args.input as unknown as Batch;
      const all = input.RequestItems[TABLE]!;
      requests.push(all.length);
      const kept = all.slice(0, undone.shift() ?? 0);
      input.RequestItems = { [TABLE]: all.slice(kept.length) };
      const isNothing = kept.length === all.length;
      const result = isNothing ? { response: {}, output: { $metadata: {} } } : await next(args);
      if (kept.length > 0) Object.assign(result.output as object, { UnprocessedItems: { [TABLE]: kept } });
      return result;
    },
    { step: 'initialize' },
  );
});
afterAll(() => {
  client.destroy();
  return new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  writes = new CrowdedWrites(client, TABLE);
  [requests, undone] = [[], []];
});

const key = (sk: string, pk = 'CONNECTIONS#alice') => ({ pk, sk });
const there = async (pk: string) => {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: TABLE, ConsistentRead: true }));
  return Items.filter((item) => item['pk'] === pk)
    .map((item) => item['sk'] as string)
    .sort();
};
const names = (count: number) => Array.from({ length: count }, (_, n) => `c-${String(n).padStart(3, '0')}`);

it('writes a crowd of a moment in as few requests as DynamoDB takes', async () => {
  const crowd = names(60);
  await Promise.all(crowd.map((name) => writes.put(key(name, 'crowd'))));
  expect(requests).toEqual([25, 25, 10]);
  expect(await there('crowd')).toEqual(crowd);
});

it('does what was said last of one item, which no batch may name twice', async () => {
  await Promise.all([writes.put(key('a', 'twice')), writes.delete(key('a', 'twice')), writes.put(key('b', 'twice'))]);
  expect(requests).toEqual([2]);
  expect(await there('twice')).toEqual(['b']);
});

it('tries again what DynamoDB leaves undone, and that alone', async () => {
  undone = [2, 1];
  const crowd = names(5);
  await Promise.all(crowd.map((name) => writes.put(key(name, 'undone'))));
  expect(requests).toEqual([5, 2, 1]);
  expect(await there('undone')).toEqual(crowd);
});

it('gives up on what is never done, and goes on with what comes next', async () => {
  undone = [1, 1, 1, 1, 1];
  await expect(writes.put(key('a', 'never'))).rejects.toMatchObject({ code: 'store_unavailable' });
  await writes.put(key('b', 'never'));
  expect(await there('never')).toEqual(['b']);
});
