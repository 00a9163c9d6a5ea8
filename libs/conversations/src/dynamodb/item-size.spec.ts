import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { TestDynamo } from '../testing/dynamo';
import { MAX_ITEM_BYTES, itemBytes } from './item-size';

const dynamo = new TestDynamo();
beforeAll(() => dynamo.start());
afterAll(() => dynamo.stop());

describe('the size of an item', () => {
  // The stand-in counts characters, so this one is of ASCII only.
  it('is DynamoDB’s: the largest that we pass is taken, and one byte more is not', async () => {
    const TableName = await dynamo.createTable();
    const item = { pk: 'p', sk: 's', author: { kind: 'user', id: 'a' }, list: ['a', true], text: '' };
    const text = 'x'.repeat(MAX_ITEM_BYTES - itemBytes(item));
    const client = dynamo.client();
    await client.send(new PutCommand({ TableName, Item: { ...item, text } }));
    const tooLarge = client.send(new PutCommand({ TableName, Item: { ...item, text: `${text}x` } }));
    await expect(tooLarge).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('counts UTF-8 bytes, not characters, and numbers at their largest', () => {
    expect(itemBytes({ a: 'é🎧' })).toBe(1 + 6);
    expect(itemBytes({ a: 1, gone: undefined })).toBe(1 + 21);
  });
});
