import type { HeldConversation } from '@parley/conversations';
import type { Author, Message, Part } from '@parley/protocol';
import type { ChatTurn } from './chat-request';

/** How many messages a page of the view has at the most when a target is looked for in it. */
const LOOK_BACK = 50;

/**
 * Writes a turn into the log before it is answered: the user's message; for an edit or a regeneration also from where the
 * log is superseded.
 *
 * @param workId of this piece of work: makes a supersession idempotent within it and new in the next
 * @returns the message, where a new one was said
 */
export async function saveTurn(
  log: HeldConversation,
  author: Author,
  turn: ChatTurn,
  workId: string,
): Promise<Message | undefined> {
  const supersede = (from: number) => log.append({ type: 'superseded', author, from }, `superseded/${workId}`);

  if (turn.trigger === 'regenerate-message') {
    const from = await regeneratedFrom(log, turn.messageId);
    if (from !== undefined) await supersede(from);
    return undefined;
  }
  const { id: clientId, parts } = turn.message;
  const message = { type: 'message', role: 'user', author, parts, clientId } as const;
  // An edit names what it edits; without that the append itself finds a message that was sent before.
  if (turn.messageId === undefined) {
    const entry = await log.append(message, clientId);
    if (entry.type === 'message' && sameParts(entry.parts, parts)) return entry;
  }
  const earlier = await log.findMessage(turn.messageId ?? clientId);
  const isEdit = earlier?.role === 'user' && !sameParts(earlier.parts, parts);
  if (earlier?.role === 'user' && !isEdit) return undefined;
  if (isEdit) await supersede(earlier.seq);
  await log.append(message, isEdit ? `${clientId}/${turn.key}` : clientId);
  return undefined;
}

/** From which `seq` a regeneration replaces: the answer it names, or the last one; nothing when none was given yet. */
async function regeneratedFrom(log: HeldConversation, messageId?: string): Promise<number | undefined> {
  const named = messageId === undefined ? undefined : await log.findMessage(messageId);
  if (named) return named.role === 'assistant' ? named.seq : named.seq + 1;
  const messages = await log.lastMessages(LOOK_BACK);
  const lastQuestion = messages.findLastIndex(({ role }) => role === 'user');
  return messages[lastQuestion + 1]?.seq;
}

const sameParts = (one: Message['parts'], other: readonly Part[]) => JSON.stringify(one) === JSON.stringify(other);
