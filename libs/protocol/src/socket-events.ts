import { z } from 'zod';
import { LIMITS } from './limits';
import { errorFacts } from './problem';

/** The sender's own mark of a frame: the answer carries it. */
export const refSchema = z.string().max(128);

/** What clients say on every socket. */
export const everyClientEvents = {
  tokenRefresh: z
    .object({
      token: z.string().max(LIMITS.token).optional(),
      session: z.string().max(LIMITS.token).optional(),
    })
    .describe('A new token of the same person, or a new session of the same guest'),
} as const;

/** What the server says on every socket. */
export const everyServerEvents = {
  tokenExpiring: z
    .object({ expiresInMs: z.number().nonnegative() })
    .describe('The token of this connection ends soon: say tokenRefresh'),
  tokenRefreshed: z.object({ expiresAt: z.iso.datetime() }).describe('The new token counts from here on'),
  error: z
    .object({
      ...errorFacts,
      /** Of the frame that it answers, when that had one. */
      ref: refSchema.optional(),
      /** Of `audio_dropped`. */
      droppedMs: z.number().optional(),
    })
    .meta({
      description: 'What went wrong; the connection goes on. Some codes bring more facts',
      additionalProperties: true,
    }),
} as const;
