import { z } from 'zod';
import { AUDIO } from './limits';
import { everyServerEvents } from './socket-events';
import { voiceClientEvents } from './voice';
import type { Wire } from './wire';

const contentId = z.string();
const contentType = z.enum(['TEXT', 'AUDIO', 'TOOL']);
const tokens = z.number().int().nonnegative();
const sampleRate = z.object({ sampleRateHertz: z.number().int().positive() });

const stopReasonSchema = z.enum(['PARTIAL_TURN', 'END_TURN', 'INTERRUPTED', 'TOOL_USE']);
export type StopReason = z.infer<typeof stopReasonSchema>;

const callUsageSchema = z.object({
  inputSpeechTokens: tokens,
  inputTextTokens: tokens,
  outputSpeechTokens: tokens,
  outputTextTokens: tokens,
});
/** Usage of a call, in tokens; the sum of Nova Sonic's `usageEvent` deltas. */
export type CallUsage = z.infer<typeof callUsageSchema>;

const callEndReasonSchema = z.enum([
  'hangup',
  'disconnected',
  'removed',
  'model_failed',
  'limit',
  'idle',
  'restarting',
  'replaced',
]);
/**
 * Why a call ended: the person hung up, left, may no longer be in the conversation (`removed`: it was deleted or
 * archived, or the person was taken out of it or muted), the model failed for good, a limit was reached, or the service stops.
 */
export type CallEndReason = z.infer<typeof callEndReasonSchema>;

/**
 * What the server says on `/ws/voice`: Nova Sonic's own output events, less their ids of the stream, and ours. Nothing is
 * checked against these when it is sent: they are the types of the code, and what the document of the wire is made from.
 */
export const voiceServerEvents = {
  callReady: z
    .object({
      callId: z.string(),
      conversationId: z.string(),
      resumed: z.boolean(),
      /** Whether what is said is written down in the conversation: not for a caller who does not want it. */
      kept: z.boolean().optional(),
      /**
       * Of a call that went on here: milliseconds of the caller's audio that were heard in the whole call. The caller says
       * again what lies beyond. Without it (another replica goes on by what was written) everything that was not answered.
       */
      heardMs: z.number().nonnegative().optional(),
      audio: z.object({ mode: z.enum(['binary', 'json']), input: sampleRate, output: sampleRate }),
    })
    .describe('Speak'),
  contentStart: z
    .object({
      contentId,
      type: contentType,
      role: z.enum(['USER', 'ASSISTANT', 'TOOL']),
      additionalModelFields: z.string().optional(),
    })
    .describe('A block of text, audio or tool use begins'),
  textOutput: z
    .object({
      contentId,
      role: z.enum(['USER', 'ASSISTANT']),
      content: z.string(),
      additionalModelFields: z.string().optional(),
      /** Of a FINAL text: its place in the conversation, where it already is. */
      seq: z.number().int().positive().optional(),
      messageId: z.string().optional(),
      /** It was typed into the call, not spoken. */
      typed: z.literal(true).optional(),
    })
    .describe('What the person said, or what the assistant says (SPECULATIVE) and said (FINAL)'),
  audioOutput: z
    .object({ contentId, content: z.string() })
    .describe('Audio of the answer in `json` mode: PCM16, 24 kHz, mono, in base64'),
  contentEnd: z
    .object({ contentId, type: contentType, stopReason: stopReasonSchema })
    .describe('The block ends; at INTERRUPTED stop playing at once'),
  toolUse: z
    .object({ contentId, toolName: z.string(), toolUseId: z.string(), content: z.string() })
    .describe('The assistant uses a tool, which the gateway answers'),
  completionEnd: z.object({ stopReason: z.string() }).describe('The answer is complete'),
  usageEvent: z
    .object({
      totalInputTokens: tokens,
      totalOutputTokens: tokens,
      totalTokens: tokens,
      details: z.unknown().optional(),
    })
    .describe('What it cost so far'),
  callResuming: z
    .object({ reason: z.string(), attempt: z.number().int().positive() })
    .describe('The stream to the model was lost and is being replaced; go on speaking'),
  callResumed: z.object({ gapMs: z.number().nonnegative() }).describe('It is there again; for so long it was not'),
  callMoving: z
    .object({ retryAfterMs: z.number().nonnegative() })
    .describe('This process leaves: connect again after that time, with the callId; close 1012 follows'),
  pong: z.object({}).describe('The answer to ping'),
  callEnded: z
    .object({
      reason: callEndReasonSchema,
      durationMs: z.number().nonnegative(),
      usage: callUsageSchema.optional(),
    })
    .describe('The call is over; the close follows'),
  ...everyServerEvents,
} as const;
export type VoiceServerEvents = { [N in keyof typeof voiceServerEvents]: z.infer<(typeof voiceServerEvents)[N]> };
export type VoiceServerEventName = keyof VoiceServerEvents;
export type VoiceServerFrame = { event: Partial<VoiceServerEvents>; ref?: string };

const pcm = (rate: number) => ({
  contentType: `audio/pcm;rate=${rate};encoding=signed-int;bits=16`,
  description: `PCM16, little-endian, ${rate / 1_000} kHz, mono`,
});

export const VOICE_WIRE: Wire = {
  name: 'voice',
  path: '/ws/voice',
  description: 'One call of a person with an assistant, begun with callStart',
  frames: 'nested',
  client: voiceClientEvents,
  server: voiceServerEvents,
  answers: { callStart: 'callReady', ping: 'pong', tokenRefresh: 'tokenRefreshed' },
  binary: { client: pcm(AUDIO.inputSampleRateHz), server: pcm(AUDIO.outputSampleRateHz) },
};
