import type { UtteranceOptions } from '../audio/utterances';
import type { OrderLimits } from './order';
import type { Pace } from './speaker';

/** Limits of a voice stream (Nova user guide, quotas and chat history; the idle limit by its error text). Times in milliseconds. */
export interface VoiceLimits extends OrderLimits {
  /** Streams at once; one more is throttled. */
  streams: number;
  /** Longest gap between audio or interactive text. */
  idleMs: number;
  /** Longest stream. */
  streamMs: number;
  /** A stream in which nobody has spoken for so long is dropped although silence was sent. Off unless given (seen: 296 s). */
  silenceMs: number | undefined;
}

export const VOICE_LIMITS: VoiceLimits = {
  streams: 20,
  idleMs: 55_000,
  streamMs: 480_000,
  silenceMs: undefined,
  historyTextBytes: 1_024,
  historyBytes: 40_960,
  historyMessages: 40,
  // A prompt in one piece of 30 KB was seen refused, 4 KB pieces were taken.
  systemTextBytes: 30_000,
};

export interface VoiceOptions {
  /** How utterances are found; its `endOfTurnMs` is meant at MEDIUM sensitivity. */
  hearing: UtteranceOptions;
  pace: Pace;
  /** Sends `userSpeechStart` and `userSpeechEnd`, which Nova 2 does and no document says. Default true. */
  speechEvents: boolean;
  /** `completionEnd` once, after `promptEnd` (default), or at the end of every answer. */
  completionEnd: 'last' | 'everyAnswer';
}

export const VOICE_OPTIONS: VoiceOptions = {
  hearing: {},
  pace: { audio: 4, playback: 1 },
  speechEvents: true,
  completionEnd: 'last',
};
