/** A generator of chance that gives the same again for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const STRANGE: readonly unknown[] = [
  ...[null, true, 0, -1, 1e308, '', ' ', '\u0000', '\ud800', '💥'.repeat(100), [], {}, [[[[]]]]],
  ...['__proto__', 'constructor', 'x'.repeat(70_000).slice(0, 20_000), { event: { event: {} } }],
];

/** Spoils a frame in one of the ways in which frames are spoilt: bytes, structure, values, names. */
export function mutate(frame: string, random: () => number): string {
  const at = () => Math.floor(random() * frame.length);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const ways: (() => string)[] = [
    () => frame.slice(0, at()),
    () => frame.slice(at()),
    () => frame.slice(0, at()) + frame,
    () => {
      const cut = at();
      return frame.slice(0, cut) + String.fromCharCode(Math.floor(random() * 0x2ff)) + frame.slice(cut + 1);
    },
    () => '['.repeat(Math.floor(random() * 2_000)) + frame,
    () => JSON.stringify(replaceOne(JSON.parse(frame), random, pick(STRANGE))),
    () => JSON.stringify({ ...(JSON.parse(frame) as object), ref: pick(STRANGE) }),
    () => JSON.stringify({ event: { ...(JSON.parse(frame) as { event: object }).event, [String(pick(STRANGE))]: {} } }),
    () => JSON.stringify(pick(STRANGE)),
    () =>
      frame.replace(/"(\w+)"/, (_, name: string) =>
        JSON.stringify(pick([name.toUpperCase(), `${name} `, name.slice(1)])),
      ),
    () => frame,
  ];
  return pick(ways)();
}

/** Puts `value` in the place of one value of a tree, wherever chance leads. */
function replaceOne(tree: unknown, random: () => number, value: unknown): unknown {
  if (typeof tree !== 'object' || tree === null || random() < 0.2) return value;
  const names = Object.keys(tree);
  if (names.length === 0) return value;
  const name = names[Math.floor(random() * names.length)]!;
  return { ...tree, [name]: replaceOne((tree as Record<string, unknown>)[name], random, value) };
}
