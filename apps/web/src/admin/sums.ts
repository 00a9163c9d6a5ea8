import type { AdminUsageAnswer } from '@parley/protocol';

type Used = AdminUsageAnswer['items'][number];

export interface Sum {
  of: string;
  answers: number;
  tokens: number;
  costUsd: number;
}

/** What was used, added up by something, in the order of its name. */
export function summed(items: readonly Used[], by: (item: Used) => string): Sum[] {
  const sums = new Map<string, Sum>();
  for (const item of items) {
    const of = by(item);
    const sum = sums.get(of) ?? { of, answers: 0, tokens: 0, costUsd: 0 };
    sum.answers += item.answers;
    sum.tokens += item.inputTokens + item.outputTokens;
    sum.costUsd += item.costUsd ?? 0;
    sums.set(of, sum);
  }
  return [...sums.values()].sort((one, other) => one.of.localeCompare(other.of));
}
