import type { PlaybackPhase } from './playback-queue';

/** Names and messages between the page and its two audio processors. */
export const CAPTURE_PROCESSOR = 'parley-capture';
export const PLAYBACK_PROCESSOR = 'parley-playback';

export interface CaptureOptions {
  outputRateHz: number;
  frameSamples: number;
}

/** One frame for the wire; its buffer is transferred. `level` is its RMS, 0…1. */
export interface CapturedFrame {
  pcm: Int16Array<ArrayBuffer>;
  level: number;
}

export interface PlaybackOptions {
  inputRateHz: number;
  startMs: number;
  maxMs: number;
}
export type PlaybackCommand = { type: 'audio'; pcm: Int16Array<ArrayBuffer> } | { type: 'flush'; id: number };
export type PlaybackNews =
  { type: 'report'; report: PlaybackReport } | { type: 'flushed'; id: number; droppedMs: number };

export interface PlaybackReport {
  phase: PlaybackPhase;
  playedMs: number;
  queuedMs: number;
  timesDry: number;
  /** Holes that were heard in speech because it came late; `startMs` is gathered before speech begins to have none. */
  gaps: { count: number; totalMs: number; startMs: number };
  /** RMS of what is heard, 0…1. */
  level: number;
  /** Whether something was heard since it began to play. It is told with the very block in which it first was. */
  isAudible: boolean;
}
