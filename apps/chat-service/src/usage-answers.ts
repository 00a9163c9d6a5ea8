import { costOf } from '@parley/assistants';
import type { UsageAnswer } from '@parley/protocol';

interface Counted {
  model: string;
  answers?: number;
  inputTokens: number;
  outputTokens: number;
}

/** Sums with what they cost, and the sum of them. Costs are estimated when they are asked for, by the prices of today. */
export function priced<C extends Counted>(
  sums: readonly C[],
): { items: (C & { costUsd?: number })[]; total: UsageAnswer['total'] } {
  const items = sums.map((sum) => {
    const costUsd = costOf(sum);
    return { ...sum, ...(costUsd === undefined ? {} : { costUsd }) };
  });
  const total = { answers: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };
  for (const { answers = 1, inputTokens, outputTokens, costUsd = 0 } of items) {
    total.answers += answers;
    total.inputTokens += inputTokens;
    total.outputTokens += outputTokens;
    total.costUsd += costUsd;
  }
  return { items, total };
}
