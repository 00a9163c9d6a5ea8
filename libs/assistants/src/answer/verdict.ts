import type { ErrorCode } from '@parley/errors';
import type { AnswerEnd } from './answer';
import type { TurnEnd } from './model-turn';

/** How one model's attempt at an answer went. */
export type Verdict = Pick<AnswerEnd, 'outcome' | 'errorCode' | 'cause' | 'finishReason' | 'usage'>;

/** Reasons for which a model ends an answer that is whole. With any other it broke off. */
const WHOLE = new Set(['stop', 'length', 'content-filter', 'tool-calls']);

export const failed = (errorCode: ErrorCode, cause: unknown): Verdict => ({ outcome: 'failed', errorCode, cause });

/** Of a model whose stream ended without an error. */
export function verdictOf(end: TurnEnd): Verdict {
  const broken = whyBroken(end);
  if (broken !== undefined) return failed('model_unavailable', new Error(broken));
  const { inputTokens, outputTokens } = end.usage;
  const usage = inputTokens === undefined || outputTokens === undefined ? undefined : { inputTokens, outputTokens };
  return { outcome: 'completed', finishReason: end.finish.finishReason.unified, usage };
}

/**
 * Why an answer that ended without an error is not whole. Bedrock's stream that ends early and cleanly looks like this:
 * reason `other`, and no usage, as that comes last.
 */
function whyBroken({ finish }: TurnEnd): string | undefined {
  const { unified } = finish.finishReason;
  if (WHOLE.has(unified)) return undefined;
  if (unified === 'other' && finish.usage.outputTokens.total !== undefined) return undefined;
  return `the stream ended with the reason ${unified}`;
}
