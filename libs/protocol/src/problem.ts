import { z } from 'zod';

/** What every wire tells of an error. `code` is stable; new ones may come. */
export const errorFacts = {
  code: z.string(),
  kind: z.enum(['invalid', 'denied', 'unavailable', 'fault']),
  message: z.string(),
  retryAfterMs: z.number().optional(),
  details: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .readonly()
    .optional(),
};

/** An error over HTTP: a problem document (RFC 9457) with the facts that every wire carries. */
export const problemSchema = z.looseObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  ...errorFacts,
  requestId: z.string().optional(),
});
