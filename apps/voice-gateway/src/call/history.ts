import { textOf, type Message } from '@parley/protocol';
import { pieces } from './nova/input-stream';

/** What a stream may be seeded with (Nova 2 user guide, "Chat history"): 1 KB a piece, 40 KB in all. */
export const HISTORY_LIMITS = { messages: 40, pieceBytes: 1_000, totalBytes: 40_000 } as const;

type Limits = { messages: number; pieceBytes: number; totalBytes: number };
export interface Turn {
  role: 'USER' | 'ASSISTANT';
  pieces: string[];
}

/**
 * A conversation's messages in the form Nova Sonic takes as history: neighbours of one role joined, the newest that fit,
 * the first of them the user's, long texts in pieces.
 *
 * @param reservedBytes what the instructions already take of the total
 */
export function shapeHistory(messages: readonly Message[], reservedBytes = 0, limits: Limits = HISTORY_LIMITS): Turn[] {
  const turns: { role: Turn['role']; text: string }[] = [];
  for (const message of messages) {
    const text = textOf(message.parts).trim();
    if (text === '') continue;
    const role = message.role === 'user' ? 'USER' : 'ASSISTANT';
    const last = turns.at(-1);
    if (last?.role === role) last.text += `\n${text}`;
    else turns.push({ role, text });
  }
  let left = limits.totalBytes - reservedBytes;
  let from = turns.length;
  while (from > 0 && turns.length - from < limits.messages) {
    left -= Buffer.byteLength(turns[from - 1]!.text);
    if (left < 0) break;
    from -= 1;
  }
  while (from < turns.length && turns[from]!.role !== 'USER') from += 1;
  return turns.slice(from).map(({ role, text }) => ({ role, pieces: pieces(text, limits.pieceBytes) }));
}
