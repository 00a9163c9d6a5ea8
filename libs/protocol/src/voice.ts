import { z } from 'zod';
import { conversationIdSchema } from './conversations';
import { languageSchema } from './language';
import { LIMITS } from './limits';
import { everyClientEvents } from './socket-events';

/**
 * `/ws/voice`, what the client says. Frames are `{"event":{"<name>":{…}},"ref"?}`; audio is a binary frame of PCM16
 * (16 kHz, mono, little-endian), or `audioInput` for clients that cannot send binary.
 */
export const voiceClientEvents = {
  callStart: z
    .object({
      conversationId: conversationIdSchema.optional(),
      callId: z.string().min(1).max(64).optional(),
      assistant: z.string().min(1).max(64).optional(),
      voiceId: z
        .string()
        .regex(/^[a-z]{2,32}$/, 'a voice in lower case')
        .optional(),
      language: languageSchema.optional(),
      audio: z.enum(['binary', 'json']).default('binary'),
    })
    .describe('Begin a call, or with `callId` come back to one'),
  audioInput: z
    .object({
      content: z
        .string()
        .min(4)
        .max(Math.ceil(LIMITS.binaryFrame / 3) * 4)
        .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'base64'),
    })
    .describe('Audio for clients that cannot send binary frames: PCM16, 16 kHz, mono, in base64'),
  textInput: z
    .object({ content: z.string().min(1).max(LIMITS.messageCharacters) })
    .describe('Something typed in the middle of the call'),
  callEnd: z.object({}).describe('Hang up'),
  ping: z.object({}).describe('Answered at once: how long the line takes there and back'),
  ...everyClientEvents,
} as const;
export type VoiceClientEventName = keyof typeof voiceClientEvents;
export type VoiceClientEvent = {
  [N in VoiceClientEventName]: { event: { [K in N]: z.input<(typeof voiceClientEvents)[N]> }; ref?: string };
}[VoiceClientEventName];
export type CallStart = z.output<typeof voiceClientEvents.callStart>;
