import { isTextPart, type Message } from '@parley/protocol';

/** A chunk of the AI SDK's UI message stream. */
export type Chunk = { type: string; [field: string]: unknown };

/** Whether a chunk is the last one of its answer. */
export const isTerminal = ({ type }: Pick<Chunk, 'type'>): boolean => type === 'finish' || type === 'error';

/** Tells a reader that the rest cannot be followed; what there is of the answer is in the conversation. */
export const brokenStream = (): Chunk => ({ type: 'error', errorText: 'answer_interrupted' });

/** The stream of an answer that is told after its end, from what was kept of it: whole, or broken off as it is. */
export function answerChunks({ id, author, parts, interrupted }: Message, succeeded: boolean): Chunk[] {
  const texts = parts.filter(isTextPart).flatMap(({ text }, index): Chunk[] => [
    { type: 'text-start', id: String(index) },
    { type: 'text-delta', id: String(index), delta: text },
    { type: 'text-end', id: String(index) },
  ]);
  return [
    { type: 'start', messageId: id, messageMetadata: { author } },
    { type: 'start-step' },
    ...texts,
    { type: 'finish-step' },
    succeeded ? { type: 'finish', finishReason: interrupted === true ? 'interrupted' : 'stop' } : brokenStream(),
  ];
}
