import { PRICES } from '../../assistants/prices';

/** What a model costs, in US dollars for a million tokens. */
export interface Price {
  /** Provider and model, or the beginning of it: the longest that fits counts. */
  model: string;
  input: number;
  output: number;
}

/**
 * Estimated cost in US dollars; `undefined` for a model without a price. An inference profile (`bedrock:eu.amazon.…`) costs
 * as its model.
 */
export function costOf(
  { model, inputTokens, outputTokens }: { model: string; inputTokens: number; outputTokens: number },
  prices: readonly Price[] = PRICES,
): number | undefined {
  const plain = model.replace(/^bedrock:(?:[a-z]{2,6}\.)?(?=(?:amazon|anthropic|meta|mistral)\.)/, 'bedrock:');
  const [price] = prices
    .filter(({ model: beginning }) => plain.startsWith(beginning))
    .sort((one, other) => other.model.length - one.model.length);
  return price && (inputTokens * price.input + outputTokens * price.output) / 1_000_000;
}
