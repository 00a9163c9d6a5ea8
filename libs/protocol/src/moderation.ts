import { z } from 'zod';
import { authorSchema, messageSchema } from './entries';

const principalId = z.string().min(1).max(256);
const reason = z.string().trim().min(1).max(500);

/** `POST /api/rooms/:id/reports`: what was said, by the id of its message, or somebody in the room. */
export const reportRequestSchema = z
  .object({ messageId: z.string().min(1).max(128).optional(), principalId: principalId.optional(), reason })
  .refine(({ messageId, principalId: whom }) => (messageId === undefined) !== (whom === undefined), {
    path: ['messageId'],
    message: 'either `messageId` or `principalId`',
  });

/** Why an admin does it. Kept in the audit log. */
export const banSchema = z.object({ reason });
export const contentRemovalSchema = z.object({ conversationId: z.string(), messageId: z.string(), reason });

export const moderationQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(512).optional(),
});
export type ModerationQuery = z.output<typeof moderationQuerySchema>;

const fact = { id: z.string(), at: z.iso.datetime(), by: authorSchema };

export const reportSchema = z.object({
  ...fact,
  conversationId: z.string(),
  /** Who is reported, or wrote what is. */
  principalId: z.string(),
  messageId: z.string().optional(),
  reason: z.string(),
});
export type Report = z.infer<typeof reportSchema>;

/** Of whom a line tells, as he is called today, where he has a name. */
const name = z.string().optional();

/** A report with the message as it reads today; without one that is deleted. */
export const reportListSchema = z.object({
  items: z.array(reportSchema.extend({ name, message: messageSchema.optional() })),
  next: z.string().optional(),
});
export type ReportList = z.infer<typeof reportListSchema>;

export const ACTS = [
  'ban',
  'unban',
  'removeContent',
  'addMember',
  'removeMember',
  'invite',
  'mute',
  'unmute',
  'archive',
  'rename',
  'delete',
  'report',
  'block',
  'unblock',
  'switchOff',
  'switchOn',
] as const;
export const actSchema = z.object({
  ...fact,
  what: z.enum(ACTS),
  /** The principal it was done to. */
  whom: z.string().optional(),
  conversationId: z.string().optional(),
  messageId: z.string().optional(),
  /** The assistant that was switched. */
  assistant: z.string().optional(),
  reason: z.string().optional(),
});
export type Act = z.infer<typeof actSchema>;
export const auditSchema = z.object({ items: z.array(actSchema.extend({ name })), next: z.string().optional() });
export type AuditAnswer = z.infer<typeof auditSchema>;

export const banListSchema = z.object({
  items: z.array(z.object({ principalId: z.string(), name, at: z.iso.datetime() })),
});
export type BanList = z.infer<typeof banListSchema>;

/** `GET /api/session/blocks`: whom the caller blocks, under the names they have now. */
export const blockListSchema = z.object({
  items: z.array(z.object({ principalId: z.string(), name: z.string().optional() })),
});
export type BlockList = z.infer<typeof blockListSchema>;
/** Somebody who is blocked. */
export const blockedPrincipalSchema = principalId;
