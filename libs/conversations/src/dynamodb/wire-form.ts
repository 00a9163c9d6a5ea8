import { fromAttributes, toAttributes, type AttributeValue } from './attribute-values';

/** An input or an output of the document client. */
export type Values = Record<string, unknown>;

/** The fields of inputs that hold attributes. */
const ATTRIBUTES = ['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey'];

type Item = Record<string, AttributeValue>;
/** Keys to be read, by their table. */
type KeysByTable<K> = Record<string, { Keys: K[] }>;

/** An input as DynamoDB's API spells it. @throws NotPlain */
export function toWire(input: Values): Values {
  const output: Values = { ...input };
  for (const name of ATTRIBUTES) if (input[name] !== undefined) output[name] = toAttributes(input[name] as Values);
  const { RequestItems } = input as { RequestItems?: KeysByTable<Values> };
  if (RequestItems !== undefined)
    output['RequestItems'] = byTable(RequestItems, (of) => ({ ...of, Keys: of.Keys.map(toAttributes) }));
  return output;
}

/** An output as the document client spells it; the one that is given is changed. */
export function fromWire(output: Values): Values {
  const { Item, Attributes, LastEvaluatedKey } = output as Record<string, Item | undefined>;
  const { Items, Responses, UnprocessedKeys } = output as {
    Items?: Item[];
    Responses?: Record<string, Item[]>;
    UnprocessedKeys?: KeysByTable<Item>;
  };
  if (Item !== undefined) output['Item'] = fromAttributes(Item);
  if (Attributes !== undefined) output['Attributes'] = fromAttributes(Attributes);
  if (LastEvaluatedKey !== undefined) output['LastEvaluatedKey'] = fromAttributes(LastEvaluatedKey);
  if (Items !== undefined) output['Items'] = Items.map(fromAttributes);
  if (Responses !== undefined) output['Responses'] = byTable(Responses, (items) => items.map(fromAttributes));
  if (UnprocessedKeys !== undefined)
    output['UnprocessedKeys'] = byTable(UnprocessedKeys, (of) => ({ ...of, Keys: of.Keys.map(fromAttributes) }));
  return output;
}

const byTable = <A, B>(tables: Record<string, A>, change: (of: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(tables).map(([table, of]) => [table, change(of)]));
