import { AUDIO } from '@parley/protocol';

const BYTES_PER_MS = (AUDIO.inputSampleRateHz * AUDIO.bytesPerSample) / 1_000;

/**
 * The one writer of a stream. Control events go first and together, audio after them, so audio never lands inside a text
 * or tool block. Audio is the only thing that may be dropped: oldest first, when the model takes it more slowly than it
 * is spoken. It must be ended in every failure path: whoever waits on it is not told when the stream dies.
 */
export class InputQueue implements AsyncIterable<Uint8Array> {
  private readonly control: string[] = [];
  private readonly again: Buffer[] = [];
  private readonly audio: Buffer[] = [];
  private audioBytes = 0;
  private droppedBytes = 0;
  private ended = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly encodeAudio: (frame: Buffer) => string,
    private readonly maxAudioMs = 3_000,
    /** Frames that wait together are one event, of at most so much audio. Nothing waits for another to be together with it. */
    private readonly togetherMs = 256,
  ) {}

  /** Milliseconds of audio that were dropped so far. */
  get droppedMs(): number {
    return Math.round(this.droppedBytes / BYTES_PER_MS);
  }

  /** Milliseconds of audio that wait. */
  get waitingMs(): number {
    return this.audioBytes / BYTES_PER_MS;
  }

  pushControl(events: readonly string[]): void {
    if (this.ended) return;
    this.control.push(...events);
    this.wake?.();
  }

  pushAudio(frame: Buffer): void {
    if (this.ended) return;
    this.audio.push(frame);
    this.audioBytes += frame.length;
    while (this.waitingMs > this.maxAudioMs && this.audio.length > 1) {
      const dropped = this.audio.shift()!.length;
      this.audioBytes -= dropped;
      this.droppedBytes += dropped;
    }
    this.wake?.();
  }

  /** Audio that is said again after a stream was lost: before all other, and none of it is dropped. */
  pushAgain(frames: readonly Buffer[]): void {
    if (this.ended) return;
    this.again.push(...frames);
    this.wake?.();
  }

  /** Writes `last` and then nothing more; audio that still waits is not sent. */
  end(last: readonly string[] = []): void {
    if (this.ended) return;
    this.again.length = this.audio.length = 0;
    this.audioBytes = 0;
    this.control.push(...last);
    this.ended = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const event = this.next();
      if (event !== undefined) yield Buffer.from(event);
      else if (this.ended) return;
      else {
        await new Promise<void>((resolve) => (this.wake = resolve));
        this.wake = undefined;
      }
    }
  }

  private next(): string | undefined {
    const control = this.control.shift();
    if (control !== undefined) return control;
    const again = this.takeTogether(this.again);
    if (again !== undefined) return this.encodeAudio(again);
    const frame = this.takeTogether(this.audio);
    if (frame === undefined) return undefined;
    this.audioBytes -= frame.length;
    return this.encodeAudio(frame);
  }

  /** The oldest of the frames, and those after it that fit into one event with it. At the pace of speech that is one: no copy. */
  private takeTogether(frames: Buffer[]): Buffer | undefined {
    const most = this.togetherMs * BYTES_PER_MS;
    let count = 0;
    for (let bytes = 0; count < frames.length; count += 1) {
      bytes += frames[count]!.length;
      if (bytes > most) break;
    }
    return count < 2 ? frames.shift() : Buffer.concat(frames.splice(0, count));
  }
}
