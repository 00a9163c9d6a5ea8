import type { HeldConversation } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import type { Author, Message, Part } from '@parley/protocol';
import type { ChatTurn } from './chat-request';

/** How many messages a page of the view has at the most when a question, or what followed it, is looked for in it. */
const LOOK_BACK = 50;

/** A piece of work that a turn is written down for. */
export interface Work {
  /** Makes what is written idempotent within it and new in the next: one may edit back to what was said before. */
  id: string;
  /** The last work here was for the very same turn, and failed. */
  isRetry: boolean;
}

/**
 * Writes a turn into the log before it is answered: the user's message, unless it stands there already; for an edit, a
 * regeneration and a retry also from where the log is superseded.
 *
 * @returns the question that is to be answered
 * @throws ParleyError `conflict` for a question that was sent late: it was answered, edited or deleted since
 */
export async function saveTurn(log: HeldConversation, author: Author, turn: ChatTurn, work: Work): Promise<Message> {
  const { id: clientId, parts } = turn.message;
  const draft = { type: 'message', role: 'user', author, parts, clientId } as const;
  const say = async (key: string) => (await log.append(draft, key)) as Message;
  const sayAnew = () => say(`${clientId}/${work.id}`);
  const supersede = (from: number) => log.append({ type: 'superseded', author, from }, `superseded/${work.id}`);

  const edit = async (earlier: Message) => {
    await supersede(earlier.seq);
    return sayAnew();
  };
  const askAgain = async (question: Message, isReplaced: (followed: readonly Message[]) => boolean) => {
    const followed = (await log.lastMessages(LOOK_BACK)).filter(({ seq }) => seq > question.seq);
    if (followed.length === 0) return question;
    if (!isReplaced(followed)) throw new ParleyError('conflict');
    await supersede(question.seq + 1);
    return question;
  };

  const meant = await meantBy(log, turn);
  if (meant !== undefined) {
    const isEdit = turn.trigger === 'submit-message' && !sameParts(meant.parts, parts);
    // Who names no message means the end of what he sees: nobody asked anything behind that.
    return isEdit ? edit(meant) : askAgain(meant, (followed) => turn.messageId !== undefined || areAnswers(followed));
  }
  const said = await say(clientId);
  if (said.seq > log.head) return said;

  // Under this id something was said before: perhaps this, and now it was sent again.
  const now = await log.findMessage(clientId);
  if (now !== undefined && sameParts(now.parts, parts))
    return askAgain(now, (followed) => work.isRetry && areAnswers(followed));
  const isLate = said.parts.length === 0 || sameParts(said.parts, parts);
  if (isLate) throw new ParleyError('conflict');
  return now === undefined ? sayAnew() : edit(now);
}

/** The message of the log that a turn edits or has answered anew. */
async function meantBy(log: HeldConversation, turn: ChatTurn): Promise<Message | undefined> {
  const named = turn.messageId === undefined ? undefined : await log.findMessage(turn.messageId);
  if (named?.role === 'user') return named;
  if (turn.trigger === 'submit-message') return undefined;
  // What is to be answered anew is the last that a person says in the request. It may never have got here.
  const own = await log.findMessage(turn.message.id);
  const end = named?.seq ?? Infinity;
  if (own?.role === 'user' && own.seq < end) return own;
  // Somebody whose ids are not those of the log.
  const last = (await log.lastMessages(LOOK_BACK)).findLast(({ role, seq }) => role === 'user' && seq < end);
  return last !== undefined && (named !== undefined || sameParts(last.parts, turn.message.parts)) ? last : undefined;
}

const areAnswers = (messages: readonly Message[]) => messages.every(({ role }) => role === 'assistant');

const sameParts = (one: Message['parts'], other: readonly Part[]) => JSON.stringify(one) === JSON.stringify(other);
