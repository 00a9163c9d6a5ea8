import { textOf, type Message, type Part } from '@parley/protocol';

/** Title of a conversation that nobody has named and in which no person has written yet. */
export const UNTITLED = 'New conversation';

const TITLE_CHARACTERS = 60;
const PREVIEW_CHARACTERS = 280;

/** The beginning of a text on one line, cut at a word where there is one, never inside a character. */
export function excerpt(text: string, characters: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const signs = [...line];
  if (signs.length <= characters) return line;
  const cut = signs.slice(0, characters - 1).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > cut.length / 2 ? cut.slice(0, space) : cut}…`;
}

/** Title from the first thing a person said, or `undefined` when that holds no text. */
export function titleFrom(parts: readonly Part[]): string | undefined {
  const title = excerpt(textOf(parts), TITLE_CHARACTERS);
  return title === '' ? undefined : title;
}

/** A message as the list of conversations shows it: its text only, shortened. */
export function previewOf(message: Message): Message {
  return { ...message, parts: [{ type: 'text', text: excerpt(textOf(message.parts), PREVIEW_CHARACTERS) }] };
}
