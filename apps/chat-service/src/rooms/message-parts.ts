import { ParleyError } from '@parley/errors';
import { LIMITS, isTextPart, type Part } from '@parley/protocol';

/**
 * What somebody says as the parts that are kept: texts only.
 *
 * @throws ParleyError `part_not_supported`, `too_large`, `invalid_frame`
 */
export function partsOf({
  text,
  message,
  parts,
}: {
  text?: string | undefined;
  message?: string | undefined;
  parts?: readonly object[] | undefined;
}): Part[] {
  const said = text ?? message;
  const given = parts === undefined ? [{ type: 'text', text: said ?? '' }] : (parts as readonly Part[]);
  const texts = given.map((part) => {
    if (!isTextPart(part)) throw new ParleyError('part_not_supported');
    return { type: 'text' as const, text: part.text.toWellFormed() };
  });
  if (texts.reduce((sum, { text }) => sum + text.length, 0) > LIMITS.messageCharacters)
    throw new ParleyError('too_large');
  if (texts.every(({ text }) => text.trim() === ''))
    throw new ParleyError('invalid_frame', { details: [{ path: 'parts', message: 'a text that says something' }] });
  return texts;
}
