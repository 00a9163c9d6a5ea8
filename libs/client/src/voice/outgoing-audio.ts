import { AUDIO } from '@parley/protocol';

type Frame = Int16Array<ArrayBuffer>;

/** Audio that waits on a congested line, or for a call to begin, goes stale: above this the oldest is dropped. */
const CONGESTED_MS = 2_000;
/** What is kept while a call has lost its line, and of what was sent but not answered. The server takes this much at once. */
const KEPT_MS = 10_000;
/** Handed to the browser's own buffer at most this far ahead; what is there cannot be taken back. */
const AHEAD_MS = 250;

const msOf = (samples: number): number => (samples / AUDIO.inputSampleRateHz) * 1_000;
const AHEAD_BYTES = (AHEAD_MS / 1_000) * AUDIO.inputSampleRateHz * AUDIO.bytesPerSample;

/** As much of a WebSocket as is needed to send audio without flooding it. */
export interface AudioLine {
  readonly bufferedAmount: number;
  send(data: Frame): void;
}

/** Frames on their way out, bounded in milliseconds, and a memory of those that were not answered yet. */
export class OutgoingAudio {
  private readonly waiting = new FrameList();
  private readonly unanswered = new FrameList();

  /** Audio not yet handed to the socket. */
  get waitingMs(): number {
    return this.waiting.ms;
  }

  /** Takes a frame and sends what can be sent. Answers how much stale audio was dropped, in ms. */
  push(frame: Frame, line: AudioLine): number {
    this.waiting.add(frame);
    this.sendTo(line);
    return this.waiting.trimTo(CONGESTED_MS);
  }

  /** Takes a frame while there is no line: yet, or for a while (`lost`), when what is said now is to be heard later. */
  keep(frame: Frame, lost: boolean): number {
    this.waiting.add(frame);
    return this.waiting.trimTo(lost ? KEPT_MS : CONGESTED_MS);
  }

  /** Sends what waits, as far as the line takes it. */
  private sendTo(line: AudioLine): void {
    while (this.waiting.ms > 0 && line.bufferedAmount < AHEAD_BYTES) this.sendNext(line);
  }

  /** After a resume: everything at once, whatever the line's buffer says; the server waits for exactly this. */
  catchUp(line: AudioLine): void {
    while (this.waiting.ms > 0) this.sendNext(line);
  }

  /** What was said so far has been understood. */
  answered(): void {
    this.unanswered.clear();
  }

  /** A replica that knows the call but did not hear its last audio takes over: that audio is sent again. */
  repeatUnanswered(): void {
    for (const frame of this.unanswered.takeAll().reverse()) this.waiting.addFirst(frame);
    this.waiting.trimTo(KEPT_MS);
  }

  clear(): void {
    this.waiting.clear();
    this.unanswered.clear();
  }

  private sendNext(line: AudioLine): void {
    const frame = this.waiting.take()!;
    line.send(frame);
    this.unanswered.add(frame);
    this.unanswered.trimTo(KEPT_MS);
  }
}

class FrameList {
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
