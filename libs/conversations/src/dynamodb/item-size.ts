/** What DynamoDB stores in one item at most: 400 KB, attribute names included (Service quotas, "Item size"). */
export const MAX_ITEM_BYTES = 400 * 1024;

/**
 * Size of an item as DynamoDB counts it: UTF-8 bytes of names and values, three bytes for each list or map and one for
 * each of its elements. Numbers are counted at their largest, 21 bytes, so the result is never too small.
 */
export function itemBytes(item: Record<string, unknown>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined) bytes += Buffer.byteLength(name) + valueBytes(value);
  }
  return bytes;
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return 21;
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + 1 + valueBytes(each), 3);
  if (typeof value === 'object' && value !== null) {
    return 3 + Object.keys(value).length + itemBytes(value as Record<string, unknown>);
  }
  return 1;
}
