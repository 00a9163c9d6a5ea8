import { z } from 'zod';

const day = z.iso.date();
const DAY_MS = 86_400_000;
/** Days that one request reads at most. */
const MAX_DAYS = 367;

/** Days of UTC, both included; the last thirty when nothing is said. */
export const usageQuerySchema = z
  .object({ from: day.optional(), to: day.optional() })
  .transform(({ from, to = new Date().toISOString().slice(0, 10) }) => ({
    from: from ?? new Date(Date.parse(to) - 29 * DAY_MS).toISOString().slice(0, 10),
    to,
  }))
  .refine(({ from, to }) => from <= to && Date.parse(to) - Date.parse(from) < MAX_DAYS * DAY_MS, {
    path: ['from'],
    message: 'a day before `to`, at most a year',
  });

export const usageSumSchema = z.object({
  day,
  assistant: z.string(),
  model: z.string(),
  answers: z.number().int(),
  inputTokens: z.number().int(),
  outputTokens: z.number().int(),
  /** Estimated, in US dollars; missing for a model without a price. */
  costUsd: z.number().optional(),
});
export const usageSchema = z.object({
  items: z.array(usageSumSchema),
  total: z.object({
    answers: z.number().int(),
    inputTokens: z.number().int(),
    outputTokens: z.number().int(),
    costUsd: z.number(),
  }),
});
export type UsageAnswer = z.infer<typeof usageSchema>;
export const adminUsageSchema = z.object({
  ...usageSchema.shape,
  items: z.array(usageSumSchema.extend({ principal: z.string() })),
});
export type AdminUsageAnswer = z.infer<typeof adminUsageSchema>;

/** What the messages and the calls of a conversation took, each by its id. */
export const conversationUsageSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      assistant: z.string(),
      model: z.string(),
      inputTokens: z.number().int(),
      outputTokens: z.number().int(),
      isEstimated: z.boolean(),
      costUsd: z.number().optional(),
    }),
  ),
  total: usageSchema.shape.total,
});
export type ConversationUsageAnswer = z.infer<typeof conversationUsageSchema>;
