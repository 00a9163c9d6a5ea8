import { AUDIO } from '@parley/protocol';

const BYTES_PER_MS = (AUDIO.inputSampleRateHz * AUDIO.bytesPerSample) / 1_000;
/** Mean absolute sample from which a frame counts as speech: about -40 dBFS, above a room and below a voice. */
const LOUD = 330;
/** A pause shorter than this belongs to the sentence. */
const PAUSE_MS = 700;
/** Kept before the first loud frame: a word begins more quietly than it goes on. */
const LEAD_MS = 300;

/**
 * The caller's last words that the model has not answered yet: when its stream is lost they are said again to the next
 * one. References to the frames only, at most `maxMs` of them; loudness is looked at when it is asked for, never while
 * frames come in.
 */
export class UnansweredAudio {
  private frames: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly maxMs = 10_000) {}

  push(frame: Buffer): void {
    this.frames.push(frame);
    this.bytes += frame.length;
    // In blocks, so that a long call does not move the array with each frame.
    if (this.bytes <= this.maxMs * BYTES_PER_MS * 1.25) return;
    let from = 0;
    while (this.bytes > this.maxMs * BYTES_PER_MS) this.bytes -= this.frames[from++]!.length;
    this.frames = this.frames.slice(from);
  }

  clear(): void {
    this.frames = [];
    this.bytes = 0;
  }

  /** Whether the caller is in the middle of a sentence: something loud in the last moments. */
  get isSpeech(): boolean {
    let ms = 0;
    for (let at = this.frames.length - 1; at >= 0 && ms < PAUSE_MS; at -= 1) {
      const frame = this.frames[at]!;
      if (isLoud(frame)) return true;
      ms += frame.length / BYTES_PER_MS;
    }
    return false;
  }

  /** Whether anything loud waits for an answer, however long ago it was said. */
  get hasSpeech(): boolean {
    return this.frames.some(isLoud);
  }

  /** What has to be said again: from shortly before the first loud frame on; nothing when there was none. Oldest first. */
  take(): Buffer[] {
    const first = this.frames.findIndex(isLoud);
    let from = first;
    for (let ms = 0; from > 0 && ms < LEAD_MS; from -= 1) ms += this.frames[from - 1]!.length / BYTES_PER_MS;
    return first < 0 ? [] : this.frames.slice(from);
  }
}

/** Whether a frame of PCM16 holds a voice. Every fourth sample is enough to tell. */
export function isLoud(frame: Buffer): boolean {
  let sum = 0;
  let count = 0;
  for (let at = 0; at + 1 < frame.length; at += 8, count += 1) sum += Math.abs(frame.readInt16LE(at));
  return count > 0 && sum / count >= LOUD;
}
