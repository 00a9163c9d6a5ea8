import type { Message } from '@parley/protocol';

/** A message's text as the model reads it. */
export type Said = (message: Message, text: string) => string;

/**
 * Who says what, where several people speak to one assistant: `Name: text`. Further lines of a text are indented, so that no
 * text can look like another person's message; a name is one line, and who has another's name gets a number behind it.
 * Where one person speaks, texts are as they are.
 */
export function speakers(messages: readonly Message[]): Said {
  const names = new Map<string, string>();
  for (const { role, author } of messages) {
    const key = `${author.kind}:${author.id}`;
    if (role === 'user' && !names.has(key)) names.set(key, distinct(oneLine(author.name), [...names.values()]));
  }
  if (names.size < 2) return (_, text) => text;
  return ({ role, author }, text) =>
    role === 'user' && text !== ''
      ? `${names.get(`${author.kind}:${author.id}`)!}: ${text.replaceAll(LINE_BREAK, '\n  ')}`
      : text;
}

const LINE_BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;

/** Nothing in it ends the line or the name, or is unseen. */
const oneLine = (name: string): string => name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}:]+/gu, ' ').trim() || 'Somebody';

function distinct(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  for (let number = 2; ; number += 1) if (!taken.includes(`${name} (${number})`)) return `${name} (${number})`;
}
