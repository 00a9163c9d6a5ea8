import { z } from 'zod';
import { conversationIdSchema } from './conversations';
import { LIMITS } from './limits';

/**
 * `/ws/voice`, what the client says. Frames are `{"event":{"<name>":{…}},"ref"?}`; audio is a binary frame of PCM16
 * (16 kHz, mono, little-endian), or `audioInput` for clients that cannot send binary.
 */
export const voiceClientEvents = {
  callStart: z.object({
    conversationId: conversationIdSchema.optional(),
    callId: z.string().min(1).max(64).optional(),
    assistant: z.string().min(1).max(64).optional(),
    voiceId: z
      .string()
      .regex(/^[a-z]{2,32}$/, 'a voice in lower case')
      .optional(),
    audio: z.enum(['binary', 'json']).default('binary'),
  }),
  audioInput: z.object({
    content: z
      .string()
      .min(4)
      .max(Math.ceil(LIMITS.binaryFrame / 3) * 4)
      .regex(/^[A-Za-z0-9+/]+={0,2}$/, 'base64'),
  }),
  textInput: z.object({ content: z.string().min(1).max(LIMITS.messageCharacters) }),
  callEnd: z.object({}),
  tokenRefresh: z.object({
    token: z.string().max(LIMITS.token).optional(),
    session: z.string().max(LIMITS.token).optional(),
  }),
} as const;
export type VoiceClientEventName = keyof typeof voiceClientEvents;
export type VoiceClientEvent = {
  [N in VoiceClientEventName]: { event: { [K in N]: z.input<(typeof voiceClientEvents)[N]> }; ref?: string };
}[VoiceClientEventName];
export type CallStart = z.output<typeof voiceClientEvents.callStart>;

export type StopReason = 'PARTIAL_TURN' | 'END_TURN' | 'INTERRUPTED' | 'TOOL_USE';

/** Usage of a call, in tokens; the sum of Nova Sonic's `usageEvent` deltas. */
export interface CallUsage {
  inputSpeechTokens: number;
  inputTextTokens: number;
  outputSpeechTokens: number;
  outputTextTokens: number;
}

/** What the server says on `/ws/voice`: Nova Sonic's own output events, less their ids of the stream, and ours. */
export interface VoiceServerEvents {
  callReady: {
    callId: string;
    conversationId: string;
    resumed: boolean;
    /** Whether what is said is written down in the conversation: not for a caller who does not want it. */
    kept?: boolean;
    /**
     * Of a call that went on here: milliseconds of the caller's audio that were heard in the whole call. The caller says
     * again what lies beyond. Without it (another replica goes on by what was written) everything that was not answered.
     */
    heardMs?: number;
    audio: { mode: 'binary' | 'json'; input: { sampleRateHertz: number }; output: { sampleRateHertz: number } };
  };
  contentStart: {
    contentId: string;
    type: 'TEXT' | 'AUDIO' | 'TOOL';
    role: 'USER' | 'ASSISTANT' | 'TOOL';
    additionalModelFields?: string;
  };
  /** `seq` is there on a FINAL text: its place in the conversation, where it already is. */
  textOutput: {
    contentId: string;
    role: 'USER' | 'ASSISTANT';
    content: string;
    additionalModelFields?: string;
    seq?: number;
    messageId?: string;
  };
  audioOutput: { contentId: string; content: string };
  contentEnd: { contentId: string; type: 'TEXT' | 'AUDIO' | 'TOOL'; stopReason: StopReason };
  toolUse: { contentId: string; toolName: string; toolUseId: string; content: string };
  completionEnd: { stopReason: string };
  usageEvent: { totalInputTokens: number; totalOutputTokens: number; totalTokens: number; details?: unknown };
  callResuming: { reason: string; attempt: number };
  callResumed: { gapMs: number };
  callMoving: { retryAfterMs: number };
  callEnded: { reason: CallEndReason; durationMs: number; usage?: CallUsage };
  tokenExpiring: { expiresInMs: number };
  tokenRefreshed: { expiresAt: string };
  error: {
    code: string;
    kind: string;
    message: string;
    retryAfterMs?: number;
    ref?: string;
    /** Of `audio_dropped`. */
    droppedMs?: number;
    details?: readonly { path: string; message: string }[];
  };
}
export type VoiceServerEventName = keyof VoiceServerEvents;
export type VoiceServerFrame = { event: Partial<VoiceServerEvents>; ref?: string };

/**
 * Why a call ended: the person hung up, left, may no longer hear the conversation (`removed`: it was deleted, or the person
 * was taken out of it), the model failed for good, a limit was reached, or the service stops.
 */
export type CallEndReason =
  'hangup' | 'disconnected' | 'removed' | 'model_failed' | 'limit' | 'idle' | 'restarting' | 'replaced';
