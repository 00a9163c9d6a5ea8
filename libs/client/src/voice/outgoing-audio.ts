import { AUDIO } from '@parley/protocol';
import { FrameList, msOf, type Frame } from './frame-list';

/** Audio that waits on a congested line, or for a call to begin, goes stale: above this the oldest is dropped. */
const CONGESTED_MS = 2_000;
/** What is kept while a call has lost its line, and of what was sent but not answered. The server takes this much at once. */
const KEPT_MS = 10_000;
/** Handed to the browser's own buffer at most this far ahead; what is there cannot be taken back. */
const AHEAD_MS = 250;

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
  /** Handed to the socket since the service began to count what it heard. */
  private sentMs = 0;

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

  /**
   * The call goes on over another line: what did not reach it waits to be said again, before what was said meanwhile.
   * `heardMs` is how much of this call the service has heard, when the same replica goes on; what it heard it answers.
   * Another replica, which does not say, goes on by what was written, so everything unanswered is said again.
   */
  resumed(heardMs?: number): void {
    const missedMs = heardMs === undefined ? Infinity : this.sentMs - heardMs;
    const frames = this.unanswered.takeAll().reverse();
    let againMs = 0;
    for (const frame of frames) {
      const ms = msOf(frame.length);
      // The service rounds to milliseconds, and a frame arrives whole or not at all.
      if (againMs + ms / 2 > missedMs) this.unanswered.addFirst(frame);
      else {
        this.waiting.addFirst(frame);
        againMs += ms;
      }
    }
    this.sentMs = heardMs ?? 0;
    this.waiting.trimTo(KEPT_MS);
  }

  /** Another call begins: what was said in the one before is not said again. */
  begun(): void {
    this.unanswered.clear();
    this.sentMs = 0;
  }

  /** The service threw this much away unheard. */
  refused(ms: number): void {
    this.sentMs -= ms;
  }

  clear(): void {
    this.waiting.clear();
    this.unanswered.clear();
  }

  private sendNext(line: AudioLine): void {
    const frame = this.waiting.take()!;
    line.send(frame);
    this.sentMs += msOf(frame.length);
    this.unanswered.add(frame);
    this.unanswered.trimTo(KEPT_MS);
  }
}
