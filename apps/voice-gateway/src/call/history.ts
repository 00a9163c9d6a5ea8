import { pieces } from './nova/input-stream';
import type { HistoryLimits } from './nova/profiles';

export interface Turn {
  role: 'USER' | 'ASSISTANT';
  pieces: string[];
}

/**
 * What was said, in the form Nova Sonic takes as history: neighbours of one role joined, the newest that fit,
 * the first of them the user's, long texts in pieces.
 *
 * @param reservedBytes what the instructions already take of the total
 */
export function shapeHistory(
  said: readonly { role: 'user' | 'assistant'; text: string }[],
  limits: HistoryLimits,
  reservedBytes = 0,
): Turn[] {
  const turns: { role: Turn['role']; text: string }[] = [];
  for (const one of said) {
    const text = one.text.trim();
    if (text === '') continue;
    const role = one.role === 'user' ? 'USER' : 'ASSISTANT';
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
