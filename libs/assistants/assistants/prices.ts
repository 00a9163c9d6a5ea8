import type { Price } from '../src/budget/prices';

/**
 * List prices on demand in us-east-1 as they were written down on 2026-11-25, from general knowledge and not checked
 * against the vendors' pages: https://aws.amazon.com/bedrock/pricing, https://ai.google.dev/pricing. An estimate for a
 * dashboard, not a bill. A model that is not listed is counted in tokens and has no cost.
 */
export const PRICES: readonly Price[] = [
  { model: 'bedrock:amazon.nova-micro', input: 0.035, output: 0.14 },
  { model: 'bedrock:amazon.nova-lite', input: 0.06, output: 0.24 },
  { model: 'bedrock:amazon.nova-pro', input: 0.8, output: 3.2 },
  // Speech: most of its tokens are audio.
  { model: 'bedrock:amazon.nova-sonic', input: 3.4, output: 13.6 },
  { model: 'bedrock:amazon.nova-2-sonic', input: 3.4, output: 13.6 },
  { model: 'google:gemini-2.5-flash', input: 0.3, output: 2.5 },
];
