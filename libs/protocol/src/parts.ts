// Apart from entries.ts, so that a browser that reads parts does not load the schemas.

export type TextPart = { type: 'text'; text: string };
export type Part = TextPart | { type: string; [key: string]: unknown };

export const isTextPart = (part: Part): part is TextPart => part.type === 'text' && typeof part.text === 'string';

/** The text of a message: its text parts joined. */
export const textOf = (parts: readonly Part[]): string =>
  parts
    .filter(isTextPart)
    .map(({ text }) => text)
    .join('');
