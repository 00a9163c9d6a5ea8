import { DeleteCommand, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { TestDynamo } from '../testing/dynamo';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

type Handle = ReturnType<TestDynamo['client']>['config']['requestHandler']['handle'];
type Answer = Awaited<ReturnType<Handle>>;

/** A client that has asked once, and who asked what of it since: its short way, or the SDK. */
async function setUp(answering?: (attempt: number, answer: Answer) => Answer) {
  const TableName = await dynamo.createTable();
  const client = dynamo.client();
  await client.send(new GetCommand({ TableName, Key: { pk: 'none', sk: 'none' } }));
  const asked: string[] = [];
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = async (request, options) => {
    const who = 'amz-sdk-invocation-id' in request.headers ? 'the SDK' : 'short way';
    asked.push(`${who}: ${request.headers['x-amz-target']?.split('.')[1]}`);
    const answer = await handle(request, options);
    return answering === undefined ? answer : answering(asked.length, answer);
  };
  return { TableName, client, asked, slow: dynamo.client() };
}

const key = { pk: 'p', sk: 's' };

it('goes where the SDK went first, for single items and for pages of them', async () => {
  const { TableName, client, asked } = await setUp();
  await client.send(new PutCommand({ TableName, Item: { ...key, n: 1 } }));
  const change = { UpdateExpression: 'ADD n :by', ExpressionAttributeValues: { ':by': 2 } };
  const updated = await client.send(new UpdateCommand({ TableName, Key: key, ...change, ReturnValues: 'ALL_NEW' }));
  expect(updated.Attributes).toEqual({ ...key, n: 3 });
  expect((await client.send(new GetCommand({ TableName, Key: key }))).Item).toEqual({ ...key, n: 3 });
  const of = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': 'p' } };
  await client.send(new PutCommand({ TableName, Item: { pk: 'p', sk: 't' } }));
  const page = await client.send(new QueryCommand({ TableName, ...of, Limit: 1 }));
  expect([page.Items, page.LastEvaluatedKey]).toEqual([[{ ...key, n: 3 }], key]);
  const rest = await client.send(new QueryCommand({ TableName, ...of, ExclusiveStartKey: page.LastEvaluatedKey }));
  expect([rest.Items, rest.LastEvaluatedKey]).toEqual([[{ pk: 'p', sk: 't' }], undefined]);
  await client.send(new DeleteCommand({ TableName, Key: key }));
  expect((await client.send(new GetCommand({ TableName, Key: key }))).Item).toBeUndefined();
  expect(new Set(asked.map((line) => line.split(':')[0]))).toEqual(new Set(['short way']));
});

it('writes and reads every kind of value as the SDK does', async () => {
  const { TableName, client, asked, slow } = await setUp();
  const values = {
    text: 'ünïcode ☎ "quoted"',
    empty: '',
    numbers: [0, -1.5, 1e21 / 1e6, Number.MAX_SAFE_INTEGER],
    flags: [true, false, null],
    nested: { list: [{ deep: [] }], map: {}, left: undefined },
    names: new Set(['a', 'b']),
    sizes: new Set([1, 2.5]),
    nothing: undefined,
  };
  const { nothing: _, ...read } = { ...values, nested: { list: [{ deep: [] }], map: {} } };
  const quick = { pk: 'p', sk: 'short way', ...read };
  const sdk = { pk: 'p', sk: 'SDK', ...read };
  await client.send(new PutCommand({ TableName, Item: { ...values, pk: 'p', sk: 'short way' } }));
  await slow.send(new PutCommand({ TableName, Item: { ...values, pk: 'p', sk: 'SDK' } }));
  for (const item of [quick, sdk]) {
    const Key = { pk: item.pk, sk: item.sk };
    expect((await client.send(new GetCommand({ TableName, Key }))).Item).toEqual(item);
    expect((await dynamo.client().send(new GetCommand({ TableName, Key }))).Item).toEqual(item);
  }
  expect(asked).toEqual(['short way: PutItem', 'short way: GetItem', 'short way: GetItem']);
});

it.each([
  ['bytes', Uint8Array.of(1, 2)],
  ['a number too great for JavaScript', 12345678901234567890n],
])('leaves %s to the SDK', async (_, value) => {
  const { TableName, client, asked } = await setUp();
  await client.send(new PutCommand({ TableName, Item: { ...key, value } }));
  expect(asked).toEqual(['the SDK: PutItem']);
});

it('tells a condition that does not hold as the SDK does, and asks no second time', async () => {
  const { TableName, client, asked, slow } = await setUp();
  const put = () => new PutCommand({ TableName, Item: key, ConditionExpression: 'attribute_not_exists(pk)' });
  await client.send(put());
  const errors = [client, slow].map((one) => one.send(put()).catch((error: unknown) => error));
  const [quick, sdk] = (await Promise.all(errors)) as [Error, Error];
  expect([quick.name, quick.message, quick.constructor]).toEqual([sdk.name, sdk.message, sdk.constructor]);
  expect(asked).toEqual(['short way: PutItem', 'short way: PutItem']);
});

it.each<[string, (answer: Answer) => Answer]>([
  [
    'a lost connection',
    () => {
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    },
  ],
  ['an answer that is none', (answer) => ({ response: { ...answer.response, body: Buffer.from('<html>') } })],
  [
    'throttling',
    (answer) => {
      const body = Buffer.from('{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}');
      return { response: { ...answer.response, statusCode: 400, body } };
    },
  ],
])('leaves it to the SDK after %s, and goes on afterwards', async (_, spoil) => {
  const { TableName, client, asked } = await setUp((attempt, answer) => (attempt === 1 ? spoil(answer) : answer));
  await client.send(new PutCommand({ TableName, Item: key }));
  expect((await client.send(new GetCommand({ TableName, Key: key }))).Item).toEqual(key);
  expect(asked).toEqual(['short way: PutItem', 'the SDK: PutItem', 'short way: GetItem']);
});

it('takes the errors of DynamoDB from the SDK', async () => {
  const { client, asked } = await setUp();
  const wrong = client.send(new GetCommand({ TableName: 'no-such-table', Key: key }));
  await expect(wrong).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  expect(asked).toEqual(['short way: GetItem', 'the SDK: GetItem']);
});

it('signs with the credentials that are valid now', async () => {
  const valid = { accessKeyId: 'first', secretAccessKey: 'test' };
  const client = dynamo.client({ credentials: async () => ({ ...valid, expiration: new Date(Date.now() + 1_000) }) });
  const TableName = await dynamo.createTable();
  const get = () => client.send(new GetCommand({ TableName, Key: key }));
  await get();
  const ids: (string | undefined)[] = [];
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (request, options) => {
    ids.push(/Credential=([^/]*)/.exec(request.headers['authorization'] ?? '')?.[1]);
    return handle(request, options);
  };
  await get();
  valid.accessKeyId = 'second';
  // So near to their end they are asked for at each request, and used from the next one on.
  for (let n = 0; n < 5 && ids.at(-1) !== 'second'; n += 1) await get();
  expect([ids[0], ids.at(-1)]).toEqual(['first', 'second']);
});

it('asks for items that are wanted at the same time in one request, of whatever table, and for each once', async () => {
  const { TableName, client, asked } = await setUp();
  const other = await dynamo.createTable();
  await client.send(new PutCommand({ TableName, Item: { ...key, n: 1 } }));
  await client.send(new PutCommand({ TableName: other, Item: { ...key, n: 2 } }));
  asked.length = 0;
  const get = async (table: string, more: object = {}) =>
    (await client.send(new GetCommand({ TableName: table, Key: { ...key, ...more }, ConsistentRead: true }))).Item;
  expect(await Promise.all([get(TableName), get(other), get(TableName, { sk: 'none' }), get(TableName)])).toEqual([
    { ...key, n: 1 },
    { ...key, n: 2 },
    undefined,
    { ...key, n: 1 },
  ]);
  expect(asked).toEqual(['short way: BatchGetItem']);
  await Promise.all([get(other), get(other)]);
  expect(asked).toEqual(['short way: BatchGetItem', 'short way: GetItem']);
});

it('asks a hundred at a time', async () => {
  const { TableName, client, asked } = await setUp();
  const keys = Array.from({ length: 101 }, (_, n) => ({ pk: 'p', sk: `${n}` }));
  await Promise.all(keys.map((Item) => client.send(new PutCommand({ TableName, Item }))));
  asked.length = 0;
  const gets = keys.map((Key) => client.send(new GetCommand({ TableName, Key, ConsistentRead: true })));
  expect((await Promise.all(gets)).map(({ Item }) => Item)).toEqual(keys);
  expect(asked).toEqual(['short way: BatchGetItem', 'short way: GetItem']);
});

it.each<[string, (answer: Answer, TableName: string) => Answer, string[]]>([
  [
    'what DynamoDB left undone of several',
    ({ response }, TableName) => {
      const body = {
        Responses: { [TableName]: [{ pk: { S: 'p' }, sk: { S: 'a' }, n: { N: '1' } }] },
        UnprocessedKeys: { [TableName]: { Keys: [{ pk: { S: 'p' }, sk: { S: 'b' } }], ConsistentRead: true } },
      };
      return { response: { ...response, body: Buffer.from(JSON.stringify(body)) } };
    },
    ['the SDK: GetItem'],
  ],
  [
    'each of several after a fault',
    () => {
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    },
    ['the SDK: GetItem', 'the SDK: GetItem'],
  ],
])('leaves %s to the SDK', async (_, spoil, bySdk) => {
  let table = '';
  const { TableName, client, asked, slow } = await setUp((attempt, answer) =>
    attempt === 1 ? spoil(answer, table) : answer,
  );
  table = TableName;
  const items = [
    { pk: 'p', sk: 'a', n: 1 },
    { pk: 'p', sk: 'b', n: 2 },
  ];
  for (const Item of items) await slow.send(new PutCommand({ TableName, Item }));
  const gets = items.map(({ pk, sk }) =>
    client.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true })),
  );
  expect((await Promise.all(gets)).map(({ Item }) => Item)).toEqual(items);
  expect(asked).toEqual(['short way: BatchGetItem', ...bySdk]);
});
