import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { ParleyError } from '@parley/errors';
import { isConditionFailed, storeError } from './errors';
import { INDEX, type Key } from './keys';

export type Item = Record<string, unknown> & Key;

export interface Change {
  set?: Record<string, unknown>;
  /** Written only where the attribute is not there yet. */
  setOnce?: Record<string, unknown>;
  remove?: readonly string[];
  /** Added to numbers and to sets; what is not there yet is 0, or empty. */
  add?: Readonly<Record<string, number | ReadonlySet<string>>>;
  /** Taken out of sets; an empty one is no longer there. */
  takeOut?: Readonly<Record<string, ReadonlySet<string>>>;
  /** Condition, with `#name` for attributes and `:name` for the given values. */
  when?: string;
  values?: Record<string, unknown>;
}

export interface Range {
  pk: string;
  from: string;
  /** Included, as `from` is. */
  to: string;
  descending?: boolean;
  /** Items a request reads at most; the iteration goes on behind it. */
  pageSize?: number;
  /** Attributes to read; all without it. */
  only?: readonly string[];
}

/** How often a batch of which DynamoDB left something undone is sent again before this counts as an outage. */
const BATCH_ATTEMPTS = 6;
const BATCH_GET = 100;
const BATCH_WRITE = 25;

/** The few things we ask of DynamoDB. Every read is strongly consistent; every failure is a ParleyError. */
export class Table {
  constructor(
    private readonly client: DynamoDBDocumentClient,
    private readonly name: string,
  ) {}

  async get(key: Key): Promise<Item | undefined> {
    const answer = await this.client
      .send(new GetCommand({ TableName: this.name, Key: key, ConsistentRead: true }))
      .catch(rethrow);
    return answer.Item as Item | undefined;
  }

  /** The items that exist of these, by `pk` and `sk`. */
  async getAll(keys: readonly Key[]): Promise<ItemMap> {
    const found = new ItemMap();
    for (let at = 0; at < keys.length; at += BATCH_GET) {
      let rest: Record<string, unknown>[] | undefined = keys.slice(at, at + BATCH_GET).map((key) => ({ ...key }));
      for (let attempt = 0; rest !== undefined && rest.length > 0; attempt++) {
        await pauseBefore(attempt);
        const RequestItems = { [this.name]: { Keys: rest, ConsistentRead: true } };
        const answer = await this.client.send(new BatchGetCommand({ RequestItems })).catch(rethrow);
        for (const item of (answer.Responses?.[this.name] ?? []) as Item[]) found.add(item);
        rest = answer.UnprocessedKeys?.[this.name]?.Keys as Record<string, unknown>[] | undefined;
      }
    }
    return found;
  }

  /** Puts an item where none is. `false` when one is: it may be ours, put by a request whose answer was lost. */
  async putNew(item: Item): Promise<boolean> {
    const input = { TableName: this.name, Item: item, ConditionExpression: 'attribute_not_exists(pk)' };
    return this.client.send(new PutCommand(input)).then(done, lostOrRethrow);
  }

  async put(item: Item): Promise<void> {
    await this.client.send(new PutCommand({ TableName: this.name, Item: item })).catch(rethrow);
  }

  /** Puts an item in the place of one for which `when` holds; `false` when it did not. */
  async putWhen(item: Item, when: string, values: Record<string, unknown>): Promise<boolean> {
    const input = { TableName: this.name, Item: item, ...condition(when, values) };
    return this.client.send(new PutCommand(input)).then(done, lostOrRethrow);
  }

  /** Changes an item; `false` when `when` did not hold. */
  async update(key: Key, change: Change): Promise<boolean> {
    return this.client
      .send(new UpdateCommand({ TableName: this.name, Key: key, ...expressions(change) }))
      .then(done, lostOrRethrow);
  }

  /** Changes an item and answers it as it is then; `undefined` when `when` did not hold. */
  async updated(key: Key, change: Change): Promise<Item | undefined> {
    const input = { TableName: this.name, Key: key, ReturnValues: 'ALL_NEW' as const, ...expressions(change) };
    const answer = await this.client
      .send(new UpdateCommand(input))
      .catch((error: unknown) => void lostOrRethrow(error));
    return answer?.Attributes as Item | undefined;
  }

  async delete(key: Key): Promise<void> {
    await this.client.send(new DeleteCommand({ TableName: this.name, Key: key })).catch(rethrow);
  }

  /** Deletes an item if `when` holds. */
  async deleteWhen(key: Key, when: string, values: Record<string, unknown>): Promise<boolean> {
    const input = { TableName: this.name, Key: key, ...condition(when, values) };
    return this.client.send(new DeleteCommand(input)).then(done, lostOrRethrow);
  }

  async deleteAll(keys: readonly Key[]): Promise<void> {
    for (let at = 0; at < keys.length; at += BATCH_WRITE) {
      let rest: Record<string, unknown>[] | undefined = keys
        .slice(at, at + BATCH_WRITE)
        .map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
      for (let attempt = 0; rest !== undefined && rest.length > 0; attempt++) {
        await pauseBefore(attempt);
        const input = { RequestItems: { [this.name]: rest } };
        const answer = await this.client.send(new BatchWriteCommand(input)).catch(rethrow);
        rest = answer.UnprocessedItems?.[this.name] as Record<string, unknown>[] | undefined;
      }
    }
  }

  /** The items of one partition in the order of `sk`, page by page: stop iterating and no more is read. */
  query({ pk, from, to, descending, pageSize, only }: Range): AsyncGenerator<Item> {
    return this.iterate({
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
      ScanIndexForward: descending !== true,
      Limit: pageSize,
      ...(only === undefined
        ? {}
        : {
            ProjectionExpression: only.map((name) => `#${name}`).join(', '),
            ExpressionAttributeNames: Object.fromEntries(only.map((name) => [`#${name}`, name])),
          }),
    });
  }

  /** Lines of the index `byMember`, the greatest `listedAt` first. An index is read as it was a moment ago. */
  queryIndex(member: string, from: string, to: string, pageSize: number): AsyncGenerator<Item> {
    return this.iterate({
      IndexName: INDEX,
      KeyConditionExpression: '#member = :member AND listedAt BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#member': 'member' },
      ExpressionAttributeValues: { ':member': member, ':from': from, ':to': to },
      ScanIndexForward: false,
      Limit: pageSize,
    });
  }

  /** Every item for which `when` holds, page by page. Reads the whole table, as it was a moment ago. */
  async *scan(when: string, values: Record<string, unknown>): AsyncGenerator<Item> {
    const { ConditionExpression: FilterExpression, ...names } = condition(when, values);
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const answer = await this.client
        .send(new ScanCommand({ TableName: this.name, FilterExpression, ...names, ExclusiveStartKey }))
        .catch(rethrow);
      yield* (answer.Items ?? []) as Item[];
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }

  private async *iterate(input: Omit<QueryCommandInput, 'TableName'>): AsyncGenerator<Item> {
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const answer = await this.client
        .send(new QueryCommand({ ...input, TableName: this.name, ExclusiveStartKey }))
        .catch(rethrow);
      yield* (answer.Items ?? []) as Item[];
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
  }
}

/** Items by their key. */
export class ItemMap {
  private readonly items = new Map<string, Item>();
  add(item: Item): void {
    this.items.set(`${item.pk}\n${item.sk}`, item);
  }
  get({ pk, sk }: Key): Item | undefined {
    return this.items.get(`${pk}\n${sk}`);
  }
}

function expressions({ set = {}, setOnce = {}, remove = [], add = {}, takeOut = {}, when, values = {} }: Change) {
  const written = [set, setOnce, add, takeOut].flatMap((part) => Object.keys(part));
  const names = new Set([...written, ...remove]);
  for (const [, name] of when?.matchAll(/#(\w+)/g) ?? []) names.add(name as string);
  const sets = [
    ...Object.keys(set).map((name) => `#${name} = :set_${name}`),
    ...Object.keys(setOnce).map((name) => `#${name} = if_not_exists(#${name}, :set_${name})`),
  ];
  return {
    UpdateExpression: [
      sets.length > 0 ? `SET ${sets.join(', ')}` : '',
      remove.length > 0 ? `REMOVE ${remove.map((name) => `#${name}`).join(', ')}` : '',
      amounts('ADD', add),
      amounts('DELETE', takeOut),
    ].join(' '),
    ConditionExpression: when,
    ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries([
      ...Object.entries({ ...set, ...setOnce }).map(([name, value]) => [`:set_${name}`, value]),
      ...Object.entries({ ...add, ...takeOut }).map(([name, amount]) => [`:by_${name}`, amount]),
      ...Object.entries(values).map(([name, value]) => [`:${name}`, value]),
    ]),
  };
}

const amounts = (action: 'ADD' | 'DELETE', by: object): string => {
  const each = Object.keys(by).map((name) => `#${name} :by_${name}`);
  return each.length > 0 ? `${action} ${each.join(', ')}` : '';
};

function condition(when: string, values: Record<string, unknown>) {
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = expressions({ when, values });
  return { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues };
}

const done = () => true;
const rethrow = (error: unknown): never => {
  throw storeError(error);
};
const lostOrRethrow = (error: unknown): boolean => (isConditionFailed(error) ? false : rethrow(error));

async function pauseBefore(attempt: number): Promise<void> {
  if (attempt === 0) return;
  if (attempt >= BATCH_ATTEMPTS) {
    throw new ParleyError('store_unavailable', { cause: new Error('DynamoDB leaves parts of a batch undone') });
  }
  await sleep(25 * 2 ** attempt * (0.5 + Math.random() / 2));
}
