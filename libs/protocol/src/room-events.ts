import { z } from 'zod';
import { conversationIdSchema } from './conversations';
import { LIMITS } from './limits';
import { everyClientEvents } from './socket-events';

const conversationId = conversationIdSchema;
const text = z.string().max(LIMITS.messageCharacters).regex(/\S/, 'a text that says something');
const seq = z.number().int().min(0);
const messageId = z.string().min(1).max(128);

/** `/ws/chat`, what the client says: `{"event":"<name>","data":{…},"ref"?}`, or `{"action":"<name>",…}` with the fields flat. */
export const chatClientEvents = {
  joinRoom: z
    .object({ conversationId, after: seq.optional() })
    .describe('Hear a conversation, from the entry behind `after` on'),
  leaveRoom: z.object({ conversationId }).describe('Hear it no more'),
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
    })
    // The refinement once more, for documents: a schema in JSON cannot tell of a function.
    .meta({
      description: 'Say something; the same `clientId` again is the same message',
      anyOf: ['text', 'message', 'parts'].map((field) => ({ required: [field] })),
    }),
  history: z
    .object({
      conversationId,
      before: seq.optional(),
      after: seq.optional(),
      limit: z.number().int().min(1).max(LIMITS.pageMax).default(LIMITS.pageDefault),
    })
    .describe('Read the log; bounds are exclusive'),
  typing: z.object({ conversationId, typing: z.boolean() }).describe('Tell the others that one types, or stopped'),
  presence: z.object({ conversationId }).describe('Ask who is there'),
  read: z.object({ conversationId, seq }).describe('Everything up to here was read'),
  edit: z.object({ conversationId, id: messageId, text }).describe('Replace the text of a message of one’s own'),
  delete: z.object({ conversationId, id: messageId }).describe('Take a message back'),
  ...everyClientEvents,
} as const;
export type ChatClientEventName = keyof typeof chatClientEvents;
