import { z } from 'zod';
import { conversationIdSchema } from './conversations';
import type { Author, Entry, Message } from './entries';
import { LIMITS } from './limits';
import type { PublicPrincipal } from './session';

const conversationId = conversationIdSchema;
const text = z.string().max(LIMITS.messageCharacters).regex(/\S/, 'a text that says something');
const seq = z.number().int().min(0);
const messageId = z.string().min(1).max(128);

/** `/ws/chat`, what the client says: `{"event":"<name>","data":{…},"ref"?}`, or `{"action":"<name>",…}` with the fields flat. */
export const chatClientEvents = {
  joinRoom: z.object({ conversationId, after: seq.optional() }),
  leaveRoom: z.object({ conversationId }),
  sendMessage: z
    .object({
      /** Without it the message goes to the session's own conversation. */
      conversationId: conversationId.optional(),
      clientId: messageId,
      text: text.optional(),
      /** What API Gateway front ends call it. */
      message: text.optional(),
      parts: z
        .array(z.looseObject({ type: z.string() }))
        .min(1)
        .max(100)
        .optional(),
    })
    .refine((said) => said.text !== undefined || said.message !== undefined || said.parts !== undefined, {
      message: '`text` or `parts`',
      path: ['text'],
    }),
  history: z.object({
    conversationId,
    before: seq.optional(),
    after: seq.optional(),
    limit: z.number().int().min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault),
  }),
  typing: z.object({ conversationId, typing: z.boolean() }),
  presence: z.object({ conversationId }),
  read: z.object({ conversationId, seq }),
  edit: z.object({ conversationId, id: messageId, text }),
  delete: z.object({ conversationId, id: messageId }),
  tokenRefresh: z.object({
    token: z.string().max(LIMITS.token).optional(),
    session: z.string().max(LIMITS.token).optional(),
  }),
} as const;
export type ChatClientEventName = keyof typeof chatClientEvents;

/** What the server says on `/ws/chat`. */
export interface ChatServerEvents {
  welcome: {
    principal: PublicPrincipal;
    sessionId: string;
    session?: string;
    conversationId?: string;
    version: string;
  };
  joined: { conversationId: string; head: number; items: Entry[] };
  /** Also unasked, with a reason: this connection hears the room no more. */
  left: { conversationId: string; reason?: 'removed' };
  history: { conversationId: string; items: Entry[]; head: number };
  ack: { conversationId: string; clientId?: string; id: string; seq: number };
  message: { conversationId: string; message: Message };
  entry: { conversationId: string; entry: Entry };
  typing: { conversationId: string; principal: Author; typing: boolean };
  presence: { conversationId: string; members: { principal: Author; online: boolean }[] };
  read: { conversationId: string; principal: Author; seq: number };
  delta: { conversationId: string; id: string; offset: number; text: string };
  behind: { conversationId: string; head: number };
}
export type ChatServerEventName = keyof ChatServerEvents;
