import type { ConversationStore } from '@parley/conversations';
import type { Author, Message, Part } from '@parley/protocol';
import type { ChatTurn } from './chat-request';

/** How many messages a page of the view has at the most when a target is looked for in it. */
const LOOK_BACK = 50;

/** What saving a turn needs of the store. */
type Log = Pick<ConversationStore, 'append' | 'findMessage' | 'lastMessages'>;

/**
 * Writes a turn into the log before it is answered: the user's message; for an edit or a regeneration also from where the
 * log is superseded.
 *
 * @param workId of this piece of work: makes a supersession idempotent within it and new in the next
 */
export async function saveTurn(
  log: Log,
  author: Author,
  conversationId: string,
  turn: ChatTurn,
  workId: string,
): Promise<void> {
  const supersede = (from: number) =>
    log.append(author.id, conversationId, { type: 'superseded', author, from }, `superseded/${workId}`);

  if (turn.trigger === 'regenerate-message') {
    const from = await regeneratedFrom(log, author.id, conversationId, turn.messageId);
    if (from !== undefined) await supersede(from);
    return;
  }
  const { id: clientId, parts } = turn.message;
  const message = { type: 'message', role: 'user', author, parts, clientId } as const;
  // An edit names what it edits; without that the append itself finds a message that was sent before.
  if (turn.messageId === undefined) {
    const entry = await log.append(author.id, conversationId, message, clientId);
    if (entry.type === 'message' && sameParts(entry.parts, parts)) return;
  }
  const earlier = await log.findMessage(author.id, conversationId, turn.messageId ?? clientId);
  const isEdit = earlier?.role === 'user' && !sameParts(earlier.parts, parts);
  if (earlier?.role === 'user' && !isEdit) return;
  if (isEdit) await supersede(earlier.seq);
  await log.append(author.id, conversationId, message, isEdit ? `${clientId}/${turn.key}` : clientId);
}

/** From which `seq` a regeneration replaces: the answer it names, or the last one; nothing when none was given yet. */
async function regeneratedFrom(
  log: Log,
  principalId: string,
  conversationId: string,
  messageId?: string,
): Promise<number | undefined> {
  const named = messageId === undefined ? undefined : await log.findMessage(principalId, conversationId, messageId);
  if (named) return named.role === 'assistant' ? named.seq : named.seq + 1;
  const messages = await log.lastMessages(principalId, conversationId, LOOK_BACK);
  const lastQuestion = messages.findLastIndex(({ role }) => role === 'user');
  return messages[lastQuestion + 1]?.seq;
}

const sameParts = (one: Message['parts'], other: readonly Part[]) => JSON.stringify(one) === JSON.stringify(other);
