/** A value as DynamoDB's API spells it, with its type. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { SS: string[] }
  | { NS: string[] }
  | { L: AttributeValue[] }
  | { M: Record<string, AttributeValue> };

/** A value that is better left to the SDK: bytes, big integers, instances of classes. */
export class NotPlain extends Error {}

/** Leaves out what is undefined. @throws NotPlain */
export function toAttributes(item: Readonly<Record<string, unknown>>): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(item)) if (value !== undefined) attributes[name] = toAttribute(value);
  return attributes;
}

/** @throws TypeError for what `toAttributes` never makes */
export function fromAttributes(attributes: Readonly<Record<string, AttributeValue>>): Record<string, unknown> {
  const item: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes)) item[name] = fromAttribute(value);
  return item;
}

function toAttribute(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: toNumber(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.filter((element) => element !== undefined).map(toAttribute) };
  if (value instanceof Set && value.size > 0) return toSet([...value]);
  if (typeof value !== 'object' || !isPlain(value)) throw new NotPlain();
  return { M: toAttributes(value as Record<string, unknown>) };
}

function toNumber(value: number): string {
  // Beyond these DynamoDB keeps what JavaScript does not, or the other way round.
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new NotPlain();
  return String(value);
}

function toSet(values: unknown[]): AttributeValue {
  if (values.every((value) => typeof value === 'string')) return { SS: values };
  if (values.every((value) => typeof value === 'number')) return { NS: values.map(toNumber) };
  throw new NotPlain();
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

function fromAttribute(value: AttributeValue): unknown {
  if ('S' in value) return value.S;
  if ('N' in value) return fromNumber(value.N);
  if ('BOOL' in value) return value.BOOL;
  if ('M' in value) return fromAttributes(value.M);
  if ('L' in value) return value.L.map(fromAttribute);
  if ('SS' in value) return new Set(value.SS);
  if ('NS' in value) return new Set(value.NS.map(fromNumber));
  if ('NULL' in value) return null;
  throw new TypeError(`An attribute of the kind ${Object.keys(value).join()}, which nothing here writes`);
}

function fromNumber(text: string): number {
  const value = Number(text);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new TypeError('A number that JavaScript cannot hold');
  return value;
}
