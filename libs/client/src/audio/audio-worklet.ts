/**
 * The code of the audio thread: both processors in one file. Build it as a file of its own, served from the page's own
 * origin, so that `script-src 'self'` allows it; see "Serving the worklet" in the README.
 */
import { FrameCutter } from './frame-cutter';
import { floatToPcm16, levelOf } from './pcm';
import { PlaybackQueue, type PlaybackPhase } from './playback-queue';
import { Resampler } from './resampler';
import {
  CAPTURE_PROCESSOR,
  PLAYBACK_PROCESSOR,
  type CaptureOptions,
  type CapturedFrame,
  type PlaybackCommand,
  type PlaybackNews,
  type PlaybackOptions,
} from './worklet-messages';

// The audio thread's own globals, which TypeScript's libraries lack.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new (options: { processorOptions: never }) => object): void;

class CaptureProcessor extends AudioWorkletProcessor {
  private readonly resampler: Resampler;
  private readonly cutter: FrameCutter;
  private mono = new Float32Array(128);

  constructor({ processorOptions }: { processorOptions: CaptureOptions }) {
    super();
    this.resampler = new Resampler(sampleRate, processorOptions.outputRateHz);
    this.cutter = new FrameCutter(processorOptions.frameSamples, (frame) => {
      const captured: CapturedFrame = { pcm: floatToPcm16(frame), level: levelOf(frame) };
      this.port.postMessage(captured, [captured.pcm.buffer]);
    });
  }

  process([channels]: Float32Array[][]): boolean {
    // No channel: the microphone is not connected (yet, or any more).
    if (channels !== undefined && channels.length > 0) this.cutter.push(this.resampler.process(this.mixed(channels)));
    return true;
  }

  private mixed(channels: Float32Array[]): Float32Array {
    if (channels.length === 1) return channels[0]!;
    const { length } = channels[0]!;
    if (this.mono.length !== length) this.mono = new Float32Array(length);
    this.mono.fill(0);
    for (const channel of channels) {
      for (let i = 0; i < length; i++) this.mono[i]! += channel[i]! / channels.length;
    }
    return this.mono;
  }
}

/** Louder than this can be heard; RMS of a block, 0…1. */
const AUDIBLE_LEVEL = 0.02;
/** How often playback reports, in seconds; quick enough for a level meter. */
const REPORT_S = 0.05;

class PlaybackProcessor extends AudioWorkletProcessor {
  private readonly queue: PlaybackQueue;
  private sinceReport = 0;
  private reported: PlaybackPhase = 'silent';
  private level = 0;
  private isAudible = false;

  constructor({ processorOptions }: { processorOptions: PlaybackOptions }) {
    super();
    this.queue = new PlaybackQueue({ ...processorOptions, outputRateHz: sampleRate });
    this.port.onmessage = ({ data }: MessageEvent<PlaybackCommand>) => {
      if (data.type === 'audio') return this.queue.push(data.pcm);
      this.say({ type: 'flushed', id: data.id, droppedMs: this.queue.flush() });
      this.level = 0;
      this.report();
    };
  }

  process(_inputs: Float32Array[][], [channels]: Float32Array[][]): boolean {
    const [first, ...others] = channels ?? [];
    if (first === undefined) return true;
    this.queue.pull(first);
    for (const other of others) other.set(first);
    const level = levelOf(first);
    this.level = Math.max(this.level, level);
    this.sinceReport += first.length;
    const due = this.queue.phase !== 'silent' && this.sinceReport >= REPORT_S * sampleRate;
    const isNowAudible = !this.isAudible && level >= AUDIBLE_LEVEL;
    this.isAudible ||= isNowAudible;
    if (due || isNowAudible || this.queue.phase !== this.reported) this.report();
    return true;
  }

  private report(): void {
    const { phase, playedMs, queuedMs, timesDry, gaps } = this.queue;
    if (phase !== 'playing') this.isAudible = false;
    const { level, isAudible } = this;
    this.say({ type: 'report', report: { phase, playedMs, queuedMs, timesDry, gaps, level, isAudible } });
    this.reported = phase;
    this.sinceReport = this.level = 0;
  }

  private say(news: PlaybackNews): void {
    this.port.postMessage(news);
  }
}

registerProcessor(CAPTURE_PROCESSOR, CaptureProcessor);
registerProcessor(PLAYBACK_PROCESSOR, PlaybackProcessor);
