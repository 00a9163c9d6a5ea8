import { z } from 'zod';
import { authorSchema, entrySchema, messageSchema } from './entries';
import { chatClientEvents } from './room-events';
import { principalSchema } from './session';
import { everyServerEvents } from './socket-events';
import type { Wire } from './wire';

const conversationId = z.string();
const seq = z.number().int().positive();
const head = z.number().int().nonnegative();
const items = z.array(entrySchema);

/**
 * What the server says on `/ws/chat`. Nothing is checked against these when it is sent: they are the types of the code, and
 * what the document of the wire is made from.
 */
export const chatServerEvents = {
  welcome: z
    .object({
      principal: principalSchema,
      sessionId: z.string(),
      /** Of a guest who has no cookie to keep it in. */
      session: z.string().optional(),
      /** The session's own conversation, when it has one. */
      conversationId: conversationId.optional(),
      version: z.string(),
    })
    .describe('The first frame of a connection'),
  joined: z.object({ conversationId, head, items }).describe('Entries behind `head` follow live'),
  left: z
    .object({ conversationId, reason: z.literal('removed').optional() })
    .describe('The room is heard no more; with a reason where nobody asked for it'),
  history: z.object({ conversationId, items, head }).describe('A page of the log'),
  ack: z
    .object({ conversationId, clientId: z.string().optional(), id: z.string(), seq })
    .describe('It is in the log, at this place'),
  message: z.object({ conversationId, message: messageSchema }).describe('Somebody said something'),
  entry: z
    .object({ conversationId, entry: entrySchema })
    .describe('An edit, a deletion or a replacement of what was said'),
  typing: z.object({ conversationId, principal: authorSchema, typing: z.boolean() }).describe('Somebody types'),
  presence: z
    .object({ conversationId, members: z.array(z.object({ principal: authorSchema, online: z.boolean() })) })
    .describe('Who is there: all members when it was asked, those of whom there is news otherwise'),
  read: z.object({ conversationId, principal: authorSchema, seq: head }).describe('Somebody has read up to here'),
  delta: z
    .object({ conversationId, id: z.string(), offset: z.number().int().nonnegative(), text: z.string() })
    .describe('What an assistant writes, at this place of its text; its message follows'),
  behind: z
    .object({ conversationId, head })
    .describe('This connection reads too slowly and hears nothing more until it has read the log up to the head'),
  ...everyServerEvents,
} as const;
export type ChatServerEvents = { [N in keyof typeof chatServerEvents]: z.infer<(typeof chatServerEvents)[N]> };
export type ChatServerEventName = keyof ChatServerEvents;

export const CHAT_WIRE: Wire = {
  name: 'chat',
  path: '/ws/chat',
  description: 'People talk to each other, and to an assistant among them',
  frames: 'named',
  client: chatClientEvents,
  server: chatServerEvents,
  answers: {
    joinRoom: 'joined',
    leaveRoom: 'left',
    sendMessage: 'ack',
    history: 'history',
    presence: 'presence',
    edit: 'ack',
    delete: 'ack',
    tokenRefresh: 'tokenRefreshed',
  },
};
