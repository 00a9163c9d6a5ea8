import { z } from 'zod';

/** Who wrote an entry. `name` is a display name kept with the principal, never a user name of the pool. */
export const authorSchema = z.object({
  kind: z.enum(['user', 'guest', 'assistant']),
  id: z.string(),
  name: z.string(),
});
export type Author = z.infer<typeof authorSchema>;

/** A part of a message: a UI message part of the AI SDK. Parts of unknown types are carried through. */
export const partSchema = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.looseObject({ type: z.string() }),
]);
const entryBase = {
  id: z.string(),
  /** Place in the conversation, gapless from 1. */
  seq: z.number().int().positive(),
  conversationId: z.string(),
  author: authorSchema,
  createdAt: z.iso.datetime(),
};

/** Said by somebody whom the reader blocks: its parts are left out, its place is there. */
const hidden = z.literal(true).optional();

export const messageSchema = z.object({
  type: z.literal('message'),
  ...entryBase,
  role: z.enum(['user', 'assistant']),
  parts: z.array(partSchema),
  /** The sender's own id of the message: a resend is known by it. */
  clientId: z.string().optional(),
  /** The call in which this was said. */
  callId: z.string().optional(),
  /** In that call it was typed, not spoken. */
  typed: z.literal(true).optional(),
  interrupted: z.boolean().optional(),
  hidden,
});

/** An entry of the log. A view folds the later ones over the messages they name. */
export const entrySchema = z.discriminatedUnion('type', [
  messageSchema,
  z.object({ type: z.literal('edited'), ...entryBase, of: z.string(), parts: z.array(partSchema), hidden }),
  z.object({ type: z.literal('deleted'), ...entryBase, of: z.string() }),
  z.object({ type: z.literal('superseded'), ...entryBase, from: z.number().int().positive() }),
]);
export type Entry = z.infer<typeof entrySchema>;
export type Message = Extract<Entry, { type: 'message' }>;
