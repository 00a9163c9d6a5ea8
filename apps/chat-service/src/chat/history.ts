import type { HeldConversation } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import type { Message } from '@parley/protocol';

/** Of the conversation, told to the model; its characters are bounded besides. */
const HISTORY_MESSAGES = 60;

/** Reads what was said before a question that is still to be written down. Where it cannot be read it is read again later. */
export const beforeQuestion = (log: HeldConversation): Promise<Message[] | undefined> =>
  log.lastMessages(HISTORY_MESSAGES).catch(() => undefined);

/**
 * What the model is told: what was said, and the question last, also where somebody spoke after it.
 *
 * @param before what `beforeQuestion` read: nothing can have come between that and a question that stands right behind it
 * @throws ParleyError `not_found` when the question was deleted meanwhile
 */
export async function historyTo(
  question: Message,
  log: HeldConversation,
  before?: Promise<Message[] | undefined>,
): Promise<Message[]> {
  if (question.seq === log.head + 1) {
    const said = log.head === 0 ? [] : await before;
    if (said) return [...said.filter(({ seq }) => seq <= log.head), question].slice(-HISTORY_MESSAGES);
  }
  const said = await log.lastMessages(HISTORY_MESSAGES);
  const isRead = said.length < HISTORY_MESSAGES || said[0]!.seq <= question.seq;
  const asItReads = isRead ? said.find(({ id }) => id === question.id) : question;
  if (asItReads === undefined) throw new ParleyError('not_found');
  return [...said.filter(({ id }) => id !== question.id), asItReads].slice(-HISTORY_MESSAGES);
}
