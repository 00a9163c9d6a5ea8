import { setImmediate } from 'node:timers';
import type { Values } from './wire-form';

/** Asks for something: what DynamoDB answers, or `undefined` when the SDK is to ask. */
type Ask = (operation: string, input: Values) => Promise<Values | undefined>;

interface Get {
  TableName: string;
  Key: Values;
}
interface Waiting extends Get {
  id: string;
  answer: (output: Promise<Values | undefined>) => void;
}
/** Of each item by itself. One that was left undone has none, and is the SDK's to ask. */
type Outputs = Map<string, Values | undefined>;

/** What DynamoDB takes in one request. */
const MOST = 100;

const isTogether = (input: Values): boolean =>
  input['ConsistentRead'] === true &&
  Object.keys(input).every((name) => name === 'TableName' || name === 'Key' || name === 'ConsistentRead');

/**
 * Single items that are asked for in the same turn of the event loop are asked for in one request: those that somebody
 * wants together, and under load those of others beside them. Most of what a read costs a process is its request. Nobody
 * waits for others: a turn ends at once where nothing else is to do.
 */
export class GetsTogether {
  private waiting: Waiting[] = [];

  constructor(private readonly ask: Ask) {}

  /** As `ask`, of one item. */
  get(input: Values): Promise<Values | undefined> {
    if (!isTogether(input)) return this.ask('GetItem', input);
    return new Promise((answer) => {
      const { TableName, Key } = input as Values & Get;
      if (this.waiting.length === 0) setImmediate(() => this.begin());
      this.waiting.push({ TableName, Key, id: idOf(TableName, Key), answer });
    });
  }

  private begin(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (let at = 0; at < waiting.length; at += MOST) this.read(waiting.slice(at, at + MOST));
  }

  private read(waiting: Waiting[]): void {
    const distinct = [...new Map(waiting.map((get) => [get.id, get])).values()];
    const outputs = distinct.length === 1 ? this.one(distinct[0]!) : this.several(distinct);
    for (const { id, answer } of waiting) answer(outputs.then((found) => found.get(id)));
  }

  private async one({ id, TableName, Key }: Waiting): Promise<Outputs> {
    return new Map([[id, await this.ask('GetItem', { TableName, Key, ConsistentRead: true })]]);
  }

  private async several(gets: readonly Waiting[]): Promise<Outputs> {
    const RequestItems: Record<string, { Keys: Values[]; ConsistentRead: true }> = {};
    for (const { TableName, Key } of gets)
      (RequestItems[TableName] ??= { Keys: [], ConsistentRead: true }).Keys.push(Key);
    const output = await this.ask('BatchGetItem', { RequestItems });
    if (output === undefined) return new Map();
    const { Responses = {}, UnprocessedKeys = {} } = output as {
      Responses?: Record<string, Values[]>;
      UnprocessedKeys?: Record<string, { Keys: Values[] }>;
    };
    const outputs: Outputs = new Map(gets.map(({ id }) => [id, {}]));
    const names = new Map(gets.map(({ TableName, Key }) => [TableName, Object.keys(Key)]));
    for (const [table, items] of Object.entries(Responses))
      for (const Item of items) outputs.set(idOf(table, Item, names.get(table)), { Item });
    for (const [table, { Keys }] of Object.entries(UnprocessedKeys))
      for (const Key of Keys) outputs.delete(idOf(table, Key));
    return outputs;
  }
}

/** @param names of the attributes that are the key */
const idOf = (table: string, item: Values, names = Object.keys(item)): string =>
  JSON.stringify([table, ...names.sort().map((name) => item[name])]);
