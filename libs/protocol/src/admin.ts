import { z } from 'zod';

/** `GET /api/admin/calls`: who speaks now, and with whom. Nothing of what is said. */
export const liveCallListSchema = z.object({
  items: z.array(
    z.object({
      callId: z.string(),
      principalId: z.string(),
      /** The display name of who calls, where there is one. */
      name: z.string().optional(),
      conversationId: z.string(),
      assistant: z.string(),
      startedAt: z.iso.datetime(),
      /** The process that carries it on. */
      replica: z.string(),
      /** Streams to the model that are open for it. */
      streams: z.number().int().nonnegative(),
    }),
  ),
});
export type LiveCallList = z.infer<typeof liveCallListSchema>;

export const assistantSwitchSchema = z.object({ enabled: z.boolean() });
/** `GET /api/admin/assistants`. */
export const assistantStateListSchema = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string(), enabled: z.boolean() })),
});
export type AssistantStateList = z.infer<typeof assistantStateListSchema>;

const bounded = z.object({ used: z.number().int(), limit: z.number().int().optional() });

/** `GET /api/admin/ceilings`: what was used today (UTC), and what may be; without a `limit` it is not bounded. */
export const ceilingListSchema = z.object({
  items: z.array(
    z.object({
      over: z.enum(['deployment', 'guests', 'assistant']),
      assistant: z.string().optional(),
      tokens: bounded,
      calls: bounded,
    }),
  ),
});
export type CeilingList = z.infer<typeof ceilingListSchema>;
