import type { Assistant } from '@parley/assistants';
import type { AppendOptions, EntryDraft, GenerationClaim } from '@parley/conversations';
import type { Author, Entry, Part } from '@parley/protocol';

export const authorOf = ({ id, name }: Pick<Assistant, 'id' | 'name'>): Author => ({ kind: 'assistant', id, name });

/** Appends to the conversation that an answer is written in. */
export type Append = (draft: EntryDraft, key: string, options: AppendOptions) => Promise<Entry>;

/**
 * Keeps an answer, also a partial one: it was seen. Under one key, so that it is kept once, by whomever.
 *
 * @param after the `seq` behind which it stands, where that is known better than by the claim
 */
export async function keepAnswer(
  append: Append,
  { generationId, head }: GenerationClaim,
  assistant: Pick<Assistant, 'id' | 'name'>,
  answer: { parts: readonly Part[]; interrupted: boolean },
  after = head,
): Promise<void> {
  await append(
    {
      type: 'message',
      id: generationId,
      role: 'assistant',
      author: authorOf(assistant),
      parts: answer.parts,
      ...(answer.interrupted ? { interrupted: true } : {}),
    },
    `answer/${generationId}`,
    after === undefined ? {} : { after },
  );
}
