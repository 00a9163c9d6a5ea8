import { amplitudeOf, joinSamples, rmsOf } from './pcm';

export interface UtteranceOptions {
  /** Silence that ends an utterance, in ms of audio. Default 500 (480 were measured at MEDIUM sensitivity). */
  endOfTurnMs?: number;
  /** Quieter than this is silence in any room. Default -45 dBFS. */
  thresholdDbfs?: number;
  /** An utterance is cut here, so that a noisy line is answered too. Default 60 s. */
  longestMs?: number;
}

export interface Utterance {
  /** First and one past the last sample, counted from the start of the stream; with a margin around what was loud. */
  from: number;
  to: number;
  samples: Int16Array;
  /** Length of what was loud, without the margins. */
  speechMs: number;
}

export type HeardEvent =
  | { type: 'speechStart'; atMs: number }
  | { type: 'speechEnd'; atMs: number; detectedAtMs: number; utterance: Utterance };

export const FRAME_MS = 20;
/** Loud frames in a row that make a beginning: a click is shorter. */
const ONSET_FRAMES = 3;
/** Kept before and after what was loud, so that soft beginnings and ends of words are not cut. */
export const MARGIN_FRAMES = 5;
/** Speech is this much louder than the room (9.5 dB); once begun, half of it is enough. */
const OVER_NOISE = 3;

/**
 * Finds utterances in a stream of samples by their energy. Time is counted in samples, not on a clock: a sender may be
 * as fast or as slow as it likes, and one that stops sending is never answered: the model, too, finds the end of a turn in the silence that is sent.
 */
export class UtteranceFinder {
  private readonly frameSamples: number;
  private readonly threshold: number;
  private readonly quietFrames: number;
  private readonly longestFrames: number;
  private rest = new Int16Array(0);
  /** Frames since the margin before the utterance; while nobody speaks, the last few. */
  private kept: Int16Array[] = [];
  private frame = 0;
  private loudInRow = 0;
  private firstLoud: number | undefined;
  private lastLoud = 0;
  private noise = 0;

  constructor(rateHz: number, options: UtteranceOptions = {}) {
    this.frameSamples = (rateHz * FRAME_MS) / 1_000;
    this.threshold = amplitudeOf(options.thresholdDbfs ?? -45);
    this.quietFrames = Math.max(1, Math.ceil((options.endOfTurnMs ?? 500) / FRAME_MS));
    this.longestFrames = Math.ceil((options.longestMs ?? 60_000) / FRAME_MS);
  }

  /** True from the beginning of an utterance to its end. */
  get speaking(): boolean {
    return this.firstLoud !== undefined;
  }

  push(samples: Int16Array): HeardEvent[] {
    const all = this.rest.length > 0 ? joinSamples([this.rest, samples]) : samples;
    const events: HeardEvent[] = [];
    let at = 0;
    for (; at + this.frameSamples <= all.length; at += this.frameSamples) {
      const event = this.hear(all.slice(at, at + this.frameSamples));
      if (event) events.push(event);
    }
    this.rest = all.slice(at);
    return events;
  }

  /** The end of the stream also ends an utterance that is under way. */
  finish(): HeardEvent[] {
    return this.firstLoud === undefined ? [] : [this.finishUtterance(this.firstLoud)];
  }

  private hear(samples: Int16Array): HeardEvent | undefined {
    const index = this.frame++;
    this.kept.push(samples);
    const loud = this.isLoud(rmsOf(samples));
    if (loud) this.lastLoud = index;
    if (this.firstLoud !== undefined) {
      const quietFor = index - this.lastLoud;
      const length = index + 1 - this.firstLoud;
      return quietFor >= this.quietFrames || length >= this.longestFrames
        ? this.finishUtterance(this.firstLoud)
        : undefined;
    }
    this.loudInRow = loud ? this.loudInRow + 1 : 0;
    if (this.loudInRow < ONSET_FRAMES) {
      this.kept = this.kept.slice(-(MARGIN_FRAMES + ONSET_FRAMES));
      return undefined;
    }
    this.firstLoud = index + 1 - ONSET_FRAMES;
    return { type: 'speechStart', atMs: this.firstLoud * FRAME_MS };
  }

  private isLoud(rms: number): boolean {
    const limit = Math.max(this.threshold, this.noise * OVER_NOISE);
    if (this.speaking) return rms > limit / 2;
    const loud = rms > limit;
    // The room's noise is followed down at once and up slowly, and never from what is itself loud.
    if (!loud) this.noise = rms < this.noise ? rms : this.noise * 0.95 + rms * 0.05;
    return loud;
  }

  private finishUtterance(firstLoud: number): HeardEvent {
    const firstKept = this.frame - this.kept.length;
    const first = Math.max(firstKept, firstLoud - MARGIN_FRAMES, 0);
    const last = Math.min(this.frame - 1, this.lastLoud + MARGIN_FRAMES);
    const samples = joinSamples(this.kept.slice(first - firstKept, last + 1 - firstKept));
    const speechMs = (this.lastLoud + 1 - firstLoud) * FRAME_MS;
    this.firstLoud = undefined;
    this.loudInRow = 0;
    this.kept = this.kept.slice(-(MARGIN_FRAMES + ONSET_FRAMES));
    return {
      type: 'speechEnd',
      atMs: (this.lastLoud + 1) * FRAME_MS,
      detectedAtMs: this.frame * FRAME_MS,
      utterance: { from: first * this.frameSamples, to: (last + 1) * this.frameSamples, samples, speechMs },
    };
  }
}

/** All utterances of a recording, as the simulator hears them when the recording is streamed to it. */
export function findUtterances(samples: Int16Array, rateHz = 16_000, options?: UtteranceOptions): Utterance[] {
  const finder = new UtteranceFinder(rateHz, options);
  return [...finder.push(samples), ...finder.finish()].flatMap((event) =>
    event.type === 'speechEnd' ? [event.utterance] : [],
  );
}
