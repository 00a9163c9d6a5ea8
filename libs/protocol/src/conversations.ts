import { z } from 'zod';
import { entrySchema } from './entries';
import { LIMITS } from './limits';

/** A conversation's id when a client chooses it: a UUID or 16 to 64 URL-safe characters (what `useChat` makes). */
export const conversationIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{16,64}$/, 'a UUID, or 16 to 64 URL-safe characters');

export const conversationKindSchema = z.enum(['chat', 'room']);
export type ConversationKind = z.infer<typeof conversationKindSchema>;

export const memberSchema = z.object({
  kind: z.enum(['user', 'guest', 'assistant']),
  id: z.string(),
  name: z.string(),
  role: z.enum(['owner', 'member']),
});
export type Member = z.infer<typeof memberSchema>;

export const conversationSchema = z.object({
  id: z.string(),
  title: z.string(),
  kind: conversationKindSchema,
  /** `seq` of the last entry, 0 when there is none. */
  head: z.number().int().nonnegative(),
  /** The first is whose it is. */
  members: z.array(memberSchema),
  assistant: z.string().optional(),
  /** Of a room: anybody who is signed in may join. */
  open: z.boolean().optional(),
  /** Of a room: guests may join too. */
  guests: z.boolean().optional(),
  /** Of a room: nothing more can be said in it. */
  archived: z.boolean().optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Conversation = z.infer<typeof conversationSchema>;

/** A line of the list of conversations. */
export const conversationSummarySchema = z.object({
  id: z.string(),
  title: z.string(),
  kind: conversationKindSchema,
  head: z.number().int().nonnegative(),
  unread: z.number().int().nonnegative(),
  lastMessage: entrySchema.optional(),
  archived: z.boolean().optional(),
  updatedAt: z.iso.datetime(),
});
export type ConversationSummary = z.infer<typeof conversationSummarySchema>;

export const conversationListSchema = z.object({
  items: z.array(conversationSummarySchema),
  next: z.string().optional(),
});
export type ConversationList = z.infer<typeof conversationListSchema>;

/** A page of the log, ascending by `seq`. `first` is the oldest `seq` still kept. */
export const entryPageSchema = z.object({
  items: z.array(entrySchema),
  first: z.number().int().nonnegative(),
  head: z.number().int().nonnegative(),
});
export type EntryPage = z.infer<typeof entryPageSchema>;

const count = z.coerce.number().int();
export const listQuerySchema = z.object({
  limit: count.min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault),
  cursor: z.string().max(512).optional(),
  q: z.string().max(200).optional(),
});
export const messagesQuerySchema = z.object({
  before: count.min(0).optional(),
  after: count.min(0).optional(),
  limit: count.min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault),
  /** Also what people said whom the reader blocks. */
  blocked: z.literal('show').optional(),
});

const title = z.string().trim().min(1).max(LIMITS.titleCharacters);
export const createConversationSchema = z.object({ title: title.optional(), assistant: z.string().max(64).optional() });
export const renameConversationSchema = z.object({ title });

export const exportQuerySchema = z.object({ format: z.enum(['json', 'markdown']).default('json') });
export const exportSchema = z.object({ conversation: conversationSchema, messages: z.array(entrySchema) });
