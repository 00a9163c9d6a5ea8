import { JitterAllowance } from './jitter';
import { pcm16ToFloat } from './pcm';
import { Resampler } from './resampler';

export interface PlaybackQueueOptions {
  inputRateHz: number;
  outputRateHz: number;
  /** Audio to gather before speaking begins, on a line without gaps; it adapts to the line. */
  startMs: number;
  /** Most audio it keeps; the model speaks faster than real time, and this bounds what a runaway one may cost. */
  maxMs: number;
}

/** `waiting`: gathering enough to begin. */
export type PlaybackPhase = 'silent' | 'waiting' | 'playing';

/**
 * The speech to be played, as the audio thread sees it: PCM16 comes in irregular pieces, samples are taken in regular ones.
 * It begins once `startMs` are there, more after gaps, (or twice that time has passed since the first of them: a short word is spoken too),
 * and gives silence, then gathers anew, whenever it runs dry. Pure: the worklet around it has the clock.
 */
export class PlaybackQueue {
  private readonly resampler: Resampler;
  private readonly jitter: JitterAllowance;
  private readonly maxSamples: number;
  private readonly chunks: Float32Array[] = [];
  private offset = 0;
  private queued = 0;
  private waited = 0;
  private played = 0;
  private underruns = 0;
  private current: PlaybackPhase = 'silent';
  /** Since it ran dry; undefined where the silence was wanted. */
  private dry: number | undefined;

  constructor(private readonly options: PlaybackQueueOptions) {
    this.resampler = new Resampler(options.inputRateHz, options.outputRateHz);
    this.jitter = new JitterAllowance(options.startMs);
    this.maxSamples = (options.maxMs / 1_000) * options.outputRateHz;
  }

  get phase(): PlaybackPhase {
    return this.current;
  }
  get queuedMs(): number {
    return this.msOf(this.queued);
  }
  /** Speech played since the beginning, silence not counted. */
  get playedMs(): number {
    return this.msOf(this.played);
  }
  /** How often it ran dry; the ordinary end of an answer is one. */
  get timesDry(): number {
    return this.underruns;
  }

  /** Holes that were heard in speech because it came late, and what is gathered now to have none. */
  get gaps(): { count: number; totalMs: number; startMs: number } {
    return { ...this.jitter.gaps, startMs: this.jitter.startMs };
  }

  push(pcm: Int16Array): void {
    if (this.queued >= this.maxSamples) return;
    if (this.dry !== undefined) this.jitter.dryFor(this.msOf(this.dry));
    this.dry = undefined;
    this.add(this.resampler.process(pcm16ToFloat(pcm)));
    if (this.current === 'silent') this.current = 'waiting';
  }

  /** Drops everything not yet played, at once. Answers how much that was, in milliseconds. */
  flush(): number {
    const dropped = this.queuedMs;
    this.chunks.length = 0;
    this.offset = this.queued = this.waited = 0;
    this.dry = undefined;
    this.resampler.reset();
    this.current = 'silent';
    return dropped;
  }

  /** Fills `output`: with speech as far as there is some to play, with silence otherwise. */
  pull(output: Float32Array): void {
    output.fill(0);
    if (this.dry !== undefined) this.dry += output.length;
    if (this.current === 'waiting') {
      this.waited += output.length;
      const { startMs } = this.jitter;
      if (this.queuedMs >= startMs || this.msOf(this.waited) >= 2 * startMs) {
        this.current = 'playing';
        this.waited = 0;
      }
    }
    if (this.current !== 'playing') return;
    // The last moments of a word are still in the resampler; without them every answer would end in a click.
    if (this.queued < output.length) this.add(this.resampler.end());
    const played = this.take(output);
    this.played += played;
    this.jitter.played(this.msOf(played));
    if (this.queued === 0) {
      this.dry = 0;
      this.underruns += 1;
      this.current = 'silent';
    }
  }

  private msOf(samples: number): number {
    return (samples / this.options.outputRateHz) * 1_000;
  }

  private add(samples: Float32Array): void {
    if (samples.length === 0) return;
    this.chunks.push(samples);
    this.queued += samples.length;
  }

  private take(output: Float32Array): number {
    let filled = 0;
    while (filled < output.length && this.chunks.length > 0) {
      const chunk = this.chunks[0]!;
      const part = chunk.subarray(this.offset, this.offset + output.length - filled);
      output.set(part, filled);
      filled += part.length;
      this.offset += part.length;
      if (this.offset < chunk.length) break;
      this.chunks.shift();
      this.offset = 0;
    }
    this.queued -= filled;
    return filled;
  }
}
