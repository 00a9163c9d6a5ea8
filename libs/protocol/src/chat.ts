import { z } from 'zod';
import { conversationIdSchema } from './conversations';
import { languageSchema } from './language';

/**
 * The body of `POST /api/chat` as the AI SDK's DefaultChatTransport sends it, with three fields of our own. Only the last
 * user message is read, so the others are not looked into.
 */
export const chatRequestSchema = z.object({
  id: conversationIdSchema,
  messages: z.array(z.unknown()).min(1),
  trigger: z.enum(['submit-message', 'regenerate-message']).default('submit-message'),
  messageId: z.string().max(128).optional(),
  assistant: z.string().max(64).optional(),
  language: languageSchema.optional(),
  /** Page context; its shape is the assistant's `contextSchema`. */
  context: z.record(z.string(), z.unknown()).optional(),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;

/** The one message of a `POST /api/chat` that is read. */
export const userMessageSchema = z.object({
  id: z.string().min(1).max(128),
  role: z.literal('user'),
  parts: z
    .array(z.looseObject({ type: z.string() }))
    .min(1)
    .max(100),
});

export const stopResponseSchema = z.object({ stopped: z.boolean() });

export const assistantSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  voice: z.string().optional(),
  /** JSON Schema of the page context that this assistant accepts. */
  contextSchema: z.record(z.string(), z.unknown()).optional(),
});
export type AssistantSummary = z.infer<typeof assistantSummarySchema>;
export const assistantListSchema = z.object({ items: z.array(assistantSummarySchema) });
