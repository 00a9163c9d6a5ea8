import { createHash } from 'node:crypto';
import { ParleyError } from '@parley/errors';
import { LIMITS, isTextPart, userMessageSchema, type ChatRequest, type Part } from '@parley/protocol';

/** What a `POST /api/chat` asks for, once everything that is not believed was left out. */
export interface ChatTurn {
  conversationId: string;
  trigger: ChatRequest['trigger'];
  /** The client's or the server's id of the message that is edited or regenerated. */
  messageId?: string;
  /** The last user message, the only one that is read. */
  message: { id: string; parts: Part[] };
  /** Equal for a re-sent POST and for nothing else: an edit and a regeneration are new work. */
  key: string;
}

/**
 * Reads the turn out of a request. The history in it is not believed: it comes from the log.
 *
 * @throws ParleyError `invalid_body`, `part_not_supported`, `too_large`
 */
export function readTurn({ id, trigger, messageId, messages }: ChatRequest): ChatTurn {
  const last = messages.findLast((message) => (message as { role?: unknown } | null)?.role === 'user');
  if (trigger === 'submit-message' && last !== messages.at(-1)) {
    throw invalid('messages', 'the last message must be the user’s');
  }
  const parsed = userMessageSchema.safeParse(last);
  if (!parsed.success) throw invalid('messages', 'a user message with an id and parts is wanted');
  const parts = readParts(parsed.data.parts as Part[]);
  const message = { id: parsed.data.id, parts };
  // Of what is read of it: anything may stand beside that, nested as deep as a body is long.
  if (Buffer.byteLength(JSON.stringify(message)) > LIMITS.chatLastMessage) throw new ParleyError('too_large');
  const key = createHash('sha256')
    .update(JSON.stringify([id, trigger, messageId, message]))
    .digest('base64url');
  return { conversationId: id, trigger, message, key, ...(messageId === undefined ? {} : { messageId }) };
}

function readParts(parts: readonly Part[]): Part[] {
  const texts = parts.map((part) => {
    if (!isTextPart(part)) throw new ParleyError('part_not_supported');
    if (part.text.length > LIMITS.messageCharacters) throw new ParleyError('too_large');
    // A model refuses half a character, and would in each turn that follows.
    return { type: 'text' as const, text: part.text.toWellFormed() };
  });
  if (texts.every(({ text }) => text.trim() === '')) throw invalid('messages', 'the message has no text');
  return texts;
}

const invalid = (path: string, message: string) => new ParleyError('invalid_body', { details: [{ path, message }] });
