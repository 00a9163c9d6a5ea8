import { textOf, type Message } from '@parley/protocol';
import { speakers, type Said } from './speakers';

/** A turn as a model's API wants it: text only. */
export interface Turn {
  role: 'user' | 'assistant';
  text: string;
}

export interface HistoryLimits {
  /** Of all turns together; the newest are kept. */
  characters: number;
}

/**
 * The past as Converse accepts it: roles alternate and the first is the user's. A log does not look like that: what was
 * spoken comes in several messages of one role, an answer that was stopped at once is empty, and a page of the log may
 * begin in the middle. Parts that are not text (tools) are left out: what they gave is in the answer.
 * Where several people speak, each message of theirs begins with its author's name, as `speakers` gives it.
 *
 * @param messages ascending, as `lastMessages` gives them.
 */
export function shapeHistory(messages: readonly Message[], { characters }: HistoryLimits): Turn[] {
  const turns: Turn[] = [];
  for (const { role, text } of newestWithin(messages, characters, speakers(messages))) {
    const last = turns.at(-1);
    if (last?.role === role) last.text += `\n${text}`;
    else if (turns.length > 0 || role === 'user') turns.push({ role, text });
  }
  return turns;
}

/** Newest first, whole messages while they fit; of the one that does not, its end, when it is the newest of all. */
function newestWithin(messages: readonly Message[], characters: number, said: Said): Turn[] {
  const kept: Turn[] = [];
  let rest = characters;
  for (const message of [...messages].reverse()) {
    const { role } = message;
    const text = said(message, textOf(message.parts).trim());
    if (text === '') continue;
    // One character for the line break that joins it to its neighbour.
    if (text.length + 1 > rest) {
      if (kept.length === 0 && rest > 0) kept.unshift({ role, text: endOf(text, rest) });
      break;
    }
    rest -= text.length + 1;
    kept.unshift({ role, text });
  }
  return kept;
}

/** The last characters of a text, without a half character at the cut. */
const endOf = (text: string, length: number): string => text.slice(-length).replace(/^[\udc00-\udfff]/, '');
