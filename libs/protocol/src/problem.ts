import { z } from 'zod';

/** An error over HTTP: a problem document (RFC 9457) with the facts that every wire carries. */
export const problemSchema = z.looseObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: z.string(),
  kind: z.enum(['invalid', 'denied', 'unavailable', 'fault']),
  message: z.string(),
  retryAfterMs: z.number().optional(),
  details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  requestId: z.string().optional(),
});
