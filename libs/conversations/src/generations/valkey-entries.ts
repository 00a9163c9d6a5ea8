/** An entry as XRANGE gives it: id, then fields and values in turn. */
export type StreamEntry = [id: string, fields: string[]];

/** The one key of a generation; its hash tag is there for commands to come on more than one. */
export const keyOf = (generationId: string): string => `generation:{${generationId}}`;

/** An entry holds the chunks of a batch as fields `c`, and is named by the place of the last one: `<place>-0`. */
export const CHUNK = 'c';
/** On the entry that holds the terminal chunk. */
export const LAST = 'e';

export const placeOf = ([id]: StreamEntry): number => Number(id.slice(0, id.indexOf('-')));

export function chunksOf([, fields]: StreamEntry): { jsons: string[]; isLast: boolean } {
  const jsons: string[] = [];
  let isLast = false;
  for (let at = 0; at < fields.length; at += 2) {
    if (fields[at] === CHUNK) jsons.push(fields[at + 1]!);
    else if (fields[at] === LAST) isLast = true;
  }
  return { jsons, isLast };
}
