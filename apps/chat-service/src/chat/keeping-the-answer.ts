import type { Assistant } from '@parley/assistants';
import type { ConversationStore, GenerationClaim } from '@parley/conversations';
import type { Author, Part } from '@parley/protocol';

export const authorOf = ({ id, name }: Pick<Assistant, 'id' | 'name'>): Author => ({ kind: 'assistant', id, name });

/** Keeps an answer, also a partial one: it was seen. Under one key, so that it is kept once, by whomever. */
export async function keepAnswer(
  store: Pick<ConversationStore, 'append'>,
  { principalId, conversationId, generationId }: GenerationClaim,
  assistant: Assistant,
  answer: { parts: readonly Part[]; interrupted: boolean },
): Promise<void> {
  await store.append(
    principalId,
    conversationId,
    {
      type: 'message',
      id: generationId,
      role: 'assistant',
      author: authorOf(assistant),
      parts: answer.parts,
      ...(answer.interrupted ? { interrupted: true } : {}),
    },
    `answer/${generationId}`,
  );
}
