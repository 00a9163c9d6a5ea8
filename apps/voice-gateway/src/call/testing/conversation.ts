import { AUDIO } from '@parley/protocol';
import type { Call } from '../call';
import type { Caller } from '../ports/caller.port';

/** Of the microphone; three of the usual frames in one, so that half an hour has fewer of them. */
export const FRAME_MS = 96;
const FRAME_BYTES = (FRAME_MS * AUDIO.inputSampleRateHz * AUDIO.bytesPerSample) / 1_000;

/** One FINAL text, as it was shown. */
export interface Shown {
  role: string;
  content: string;
}

/**
 * A person on the other end of a call, who speaks and listens at the pace of sound on whatever clock the test has: notes what
 * the loudspeaker would play and when it would be still, by the samples that came and not by when they came.
 */
export class Person implements Caller {
  readonly shown: Shown[] = [];
  /** Samples that came, by the content id of their block. */
  readonly heard = new Map<string, number>();
  /** Blocks of speech by how they ended. */
  readonly ended = new Map<string, string>();
  /** Stillness in the middle of an answer, ms: between what was there to be played and what came next of it. */
  readonly gaps: number[] = [];
  /** From the end of the person's words to the first sound of the answer, ms. */
  readonly waits: number[] = [];
  private readonly words: Buffer[] = [];
  private playedUntil = 0;
  private isAnswering = false;
  private spokenUntil: number | undefined;

  constructor(private readonly now: () => number) {}

  /** Says this, beginning with the next frame. */
  say(pcm: Buffer): void {
    for (let at = 0; at < pcm.length; at += FRAME_BYTES) {
      const frame = Buffer.alloc(FRAME_BYTES);
      pcm.copy(frame, 0, at, at + FRAME_BYTES);
      this.words.push(frame);
    }
  }

  /** What the microphone takes now: words, or the room. */
  speakInto(call: Call): void {
    const frame = this.words.shift();
    call.hear(frame ?? Buffer.alloc(FRAME_BYTES));
    if (frame !== undefined && this.words.length === 0) this.spokenUntil = this.now();
  }

  /** Nothing of an answer is left to be played. */
  get isStill(): boolean {
    return this.playedUntil <= this.now();
  }

  send(name: string, body: object): void {
    const { contentId, type, role, content, stopReason, seq } = body as Record<string, string | undefined>;
    if (name === 'textOutput' && seq !== undefined) this.shown.push({ role: role!, content: content! });
    if (name !== 'contentEnd' || type !== 'AUDIO') return;
    this.ended.set(contentId!, stopReason!);
    if (stopReason === 'END_TURN') this.isAnswering = false;
  }

  audio(contentId: string, pcm: Buffer): void {
    const now = this.now();
    if (this.isAnswering) this.gaps.push(Math.max(0, now - this.playedUntil));
    if (this.spokenUntil !== undefined) this.waits.push(now - this.spokenUntil);
    this.spokenUntil = undefined;
    this.isAnswering = true;
    const samples = pcm.length / AUDIO.bytesPerSample;
    this.playedUntil = Math.max(now, this.playedUntil) + (samples / AUDIO.outputSampleRateHz) * 1_000;
    this.heard.set(contentId, (this.heard.get(contentId) ?? 0) + samples);
  }

  fail(error: Error): void {
    throw error;
  }
}
