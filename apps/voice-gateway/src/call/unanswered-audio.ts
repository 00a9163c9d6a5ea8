import { AUDIO } from '@parley/protocol';

const BYTES_PER_MS = (AUDIO.inputSampleRateHz * AUDIO.bytesPerSample) / 1_000;
/** Mean absolute sample from which a frame counts as speech: about -40 dBFS, above a room and below a voice. */
const LOUD = 330;
/** A pause shorter than this belongs to the sentence. */
const PAUSE_MS = 700;
/** A pause longer than this ends any turn: whoever said something before it has been answered, or said nothing to a model. */
const TURN_MS = 3_000;
/** Kept before the first loud frame: a word begins more quietly than it goes on. */
const LEAD_MS = 300;

/**
 * The caller's last words that the model has not answered yet: when its stream is lost they are said again to the next
 * one. References to the frames only, at most `maxMs` of them, and of one who speaks on and on `longestMs`: a model writes
 * nothing down before the end of a turn. Loudness is looked at when it is asked for, and each frame once.
 */
export class UnansweredAudio {
  private frames: Buffer[] = [];
  private bytes = 0;
  /** How many frames were looked at for the first loud one, which is the last of them once it was found. */
  private looked = 0;
  private isFound = false;

  /** So many bytes may come before the next look at what to forget: a long call does not move the array with each frame. */
  private lookAt: number;

  constructor(
    private readonly maxMs = 10_000,
    private readonly longestMs = 60_000,
  ) {
    this.lookAt = maxMs * BYTES_PER_MS * 1.25;
  }

  push(frame: Buffer): void {
    this.frames.push(frame);
    this.bytes += frame.length;
    if (this.bytes <= this.lookAt) return;
    const keptMs = this.isLoudWithin(TURN_MS) ? this.longestMs : this.maxMs;
    let from = 0;
    while (this.bytes > keptMs * BYTES_PER_MS) this.bytes -= this.frames[from++]!.length;
    this.lookAt = this.bytes + this.maxMs * BYTES_PER_MS * 0.25;
    this.frames = this.frames.slice(from);
    this.looked = Math.max(0, this.looked - from);
    // The frames behind the first loud one were not looked at.
    if (this.looked === 0) this.isFound = false;
  }

  clear(): void {
    this.frames = [];
    this.bytes = this.looked = 0;
    this.lookAt = this.maxMs * BYTES_PER_MS * 1.25;
    this.isFound = false;
  }

  /** Whether the caller is in the middle of a sentence: something loud in the last moments. */
  get isSpeech(): boolean {
    return this.isLoudWithin(PAUSE_MS);
  }

  /** Whether anything loud waits for an answer, however long ago it was said. */
  get hasSpeech(): boolean {
    // Asked ten times a second while a caller is silent: each frame is looked at once, not again and again.
    while (!this.isFound && this.looked < this.frames.length) this.isFound = isLoud(this.frames[this.looked++]!);
    return this.isFound;
  }

  /** What has to be said again: from shortly before the first loud frame on; nothing when there was none. Oldest first. */
  take(): Buffer[] {
    if (!this.hasSpeech) return [];
    let from = this.looked - 1;
    for (let ms = 0; from > 0 && ms < LEAD_MS; from -= 1) ms += this.frames[from - 1]!.length / BYTES_PER_MS;
    return this.frames.slice(from);
  }

  private isLoudWithin(lastMs: number): boolean {
    let ms = 0;
    for (let at = this.frames.length - 1; at >= 0 && ms < lastMs; at -= 1) {
      const frame = this.frames[at]!;
      if (isLoud(frame)) return true;
      ms += frame.length / BYTES_PER_MS;
    }
    return false;
  }
}

/** Whether a frame of PCM16 holds a voice. Every fourth sample is enough to tell. */
export function isLoud(frame: Buffer): boolean {
  let sum = 0;
  let count = 0;
  for (let at = 0; at + 1 < frame.length; at += 8, count += 1) sum += Math.abs(frame.readInt16LE(at));
  return count > 0 && sum / count >= LOUD;
}
