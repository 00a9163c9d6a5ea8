import { z } from 'zod';
import { LIMITS } from './limits';

/** `POST /api/rooms`. Private unless `open`; without guests unless `guests`. */
export const createRoomSchema = z.object({
  title: z.string().trim().min(1).max(LIMITS.titleCharacters),
  open: z.boolean().default(false),
  assistant: z.string().max(64).optional(),
  guests: z.boolean().default(false),
});

export const invitationSchema = z.object({ invitation: z.string(), expiresAt: z.iso.datetime() });
export type InvitationAnswer = z.infer<typeof invitationSchema>;

export const joinRoomRequestSchema = z.object({ invitation: z.string().min(1).max(128).optional() }).default({});

export const addMemberSchema = z.object({
  /** Id of a principal that this product has seen; an unknown one is answered alike. */
  user: z.string().min(1).max(256),
  role: z.enum(['owner', 'member']).default('member'),
});
export const memberAddedSchema = z.object({ user: z.string(), role: z.enum(['owner', 'member']) });

export const muteSchema = z.object({ muted: z.boolean() });
