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

/** `GET /api/admin/connections`: how many are connected now, as each process told last, and nothing of who. */
export const connectionCountsSchema = z.object({
  items: z.array(
    z.object({
      /** A process that lives. */
      replica: z.string(),
      toldAt: z.iso.datetime(),
      open: z.array(
        z.object({
          path: z.string(),
          kind: z.enum(['user', 'guest']),
          connections: z.number().int().positive(),
        }),
      ),
    }),
  ),
});
export type ConnectionCounts = z.infer<typeof connectionCountsSchema>;

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
