/**
 * Every value of a header as it came: Node drops all but the first `Authorization`, and what one hop drops the next may read.
 *
 * @param name in lower case
 */
export function headerValues(
  { headers, rawHeaders }: { headers: Record<string, unknown>; rawHeaders: readonly string[] },
  name: string,
): string[] {
  if (headers[name] === undefined) return [];
  const values: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2)
    if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
  return values;
}
