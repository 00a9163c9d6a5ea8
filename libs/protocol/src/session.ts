import { z } from 'zod';
import { conversationIdSchema } from './conversations';

/** Who a `welcome` greets. */
export const principalSchema = z.object({
  kind: z.enum(['user', 'guest']),
  id: z.string(),
  username: z.string().optional(),
  /** Display name, where one is known. */
  name: z.string().optional(),
  groups: z.array(z.string()),
  expiresAt: z.iso.datetime(),
});
export type PublicPrincipal = z.infer<typeof principalSchema>;

/** Whether what is said in calls may be written down. */
export const consentSchema = z.object({ transcripts: z.boolean() });

/** `GET /api/session/me`: what the caller can know of himself besides. */
export const selfSchema = principalSchema.extend({
  consent: z.object({
    /** Without a word of the person's nothing that is said in a call is written down here. */
    asked: z.boolean(),
    /** The person's last word, if there was one. */
    transcripts: z.boolean().optional(),
  }),
});
export type Self = z.infer<typeof selfSchema>;

export const tokenRequestSchema = z.object({
  code: z.string().min(1).max(2_048),
  /** RFC 7636 4.1: 43 to 128 unreserved characters. */
  codeVerifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/, 'a PKCE code verifier'),
  redirectUri: z.url({ protocol: /^https?$/ }).max(2_048),
});

export const tokenResponseSchema = z.object({
  accessToken: z.string(),
  expiresInMs: z.number().int().positive(),
  user: z.object({ id: z.string(), username: z.string(), groups: z.array(z.string()), name: z.string().optional() }),
});
export type TokenResponse = z.infer<typeof tokenResponseSchema>;

export const logoutRequestSchema = z.object({ everywhere: z.boolean().optional() });

export const ticketRequestSchema = z
  .object({
    audience: z.enum(['voice', 'chat', 'stream']),
    conversationId: conversationIdSchema.optional(),
  })
  .refine(({ audience, conversationId }) => audience !== 'stream' || conversationId !== undefined, {
    path: ['conversationId'],
    message: 'a ticket for a stream names its conversation',
  });
export const ticketResponseSchema = z.object({ ticket: z.string(), expiresInMs: z.number().int().positive() });
export type TicketAudience = z.infer<typeof ticketRequestSchema>['audience'];
export type TicketResponse = z.infer<typeof ticketResponseSchema>;

/** `POST /api/session/guest`: `sessionId` is a label inside the session and opens nothing. */
export const guestRequestSchema = z.object({
  sessionId: z
    .string()
    .regex(/^[A-Za-z0-9._~-]{1,128}$/, '1 to 128 URL-safe characters')
    .optional(),
});
export const guestResponseSchema = z.object({
  sessionId: z.string(),
  /** For other origins only: the own one has the cookie. */
  session: z.string().optional(),
  expiresInMs: z.number().int().positive(),
});
export type GuestResponse = z.infer<typeof guestResponseSchema>;

/** `POST /api/session/claim`: the guest's session, where the page has it; the own origin has the cookie. */
export const claimRequestSchema = z.object({ session: z.string().min(1).max(512).optional() });
export const claimResponseSchema = z.object({ conversations: z.array(z.string()) });
export type ClaimResponse = z.infer<typeof claimResponseSchema>;

/** What makes a name look like another one, or like more than a name: control characters, and marks that turn the direction. */
const DISGUISE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

/** Whether others may be shown this as somebody's name. */
export const isPlainName = (name: string): boolean => !DISGUISE.test(name);

export const renameSelfSchema = z.object({
  name: z.string().trim().min(1).max(80).refine(isPlainName, 'no control characters'),
});

/** `/config.json`: what the page has to know of its environment. Public by nature. */
export const webConfigSchema = z.object({
  region: z.string(),
  issuer: z.string(),
  /** The sign-in domain: `<domain>/oauth2/authorize`, `<domain>/logout`. */
  domain: z.string(),
  spaClientId: z.string(),
  /** Which parts are simulators. Absent or false in a deployment; said on the page where true. */
  simulated: z.object({ models: z.boolean(), identity: z.boolean() }).optional(),
});
export type WebConfig = z.infer<typeof webConfigSchema>;
