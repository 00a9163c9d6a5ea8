import { AUDIO } from '@parley/protocol';

export type Frame = Int16Array<ArrayBuffer>;

export const msOf = (samples: number): number => (samples / AUDIO.inputSampleRateHz) * 1_000;

/** Frames of 16 kHz audio in their order, with their length in milliseconds. */
export class FrameList {
  private frames: Frame[] = [];
  private samples = 0;

  get ms(): number {
    return msOf(this.samples);
  }
  add(frame: Frame): void {
    this.frames.push(frame);
    this.samples += frame.length;
  }
  addFirst(frame: Frame): void {
    this.frames.unshift(frame);
    this.samples += frame.length;
  }
  take(): Frame | undefined {
    const frame = this.frames.shift();
    this.samples -= frame?.length ?? 0;
    return frame;
  }
  takeAll(): Frame[] {
    const all = this.frames;
    this.clear();
    return all;
  }
  /** Drops the oldest. Answers how much, in ms. */
  trimTo(ms: number): number {
    const before = this.ms;
    while (this.ms > ms) this.take();
    return before - this.ms;
  }
  clear(): void {
    this.frames = [];
    this.samples = 0;
  }
}
