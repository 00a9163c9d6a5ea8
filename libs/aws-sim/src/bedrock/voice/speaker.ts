import { sleep, type SimClock } from '../clock';
import type { Sentence } from './answer';
import { INTERRUPTED, speechTokens, textTokens, type Completion } from './output';

export interface Pace {
  /** Audio is sent this many times faster than it is heard. Default 4. */
  audio: number;
  /** The listener is taken to hear this many times faster than real time. Default 1; tests may be in a hurry. */
  playback: number;
}

export interface Answer {
  completion: Completion;
  sentences: readonly Sentence[];
}

interface Turn {
  completion: Completion;
  wake: AbortController;
  /** The audio block that is open, and how much went into it. */
  block?: { contentId: string; samples: number };
}

/** Sizes of the pieces of audio, in bytes: uneven, as those of the model: 2528 to 6400 were seen. */
const PIECE_BYTES = [2_528, 4_096, 6_400, 3_200, 5_120] as const;

/**
 * Speaks answers, one after the other, and knows what of them the listener has heard by now. The last block of an answer
 * stays open until it was heard, because only then its FINAL text is true: until then it can be interrupted.
 */
export class Speaker {
  private readonly queue: Answer[] = [];
  private turn: Turn | undefined;
  private heardUntil = 0;
  private held = false;
  private hurried = false;
  private closed = false;
  private pieces = 0;

  constructor(
    private readonly clock: SimClock,
    private readonly rateHz: number,
    private readonly pace: Pace,
    private readonly hooks: {
      /** An answer was spoken to its end, or interrupted. */
      onAnswered: (completion: Completion) => void;
      /** Pieces after which the model believes to be interrupted. */
      bargeInAfterPieces?: number;
    },
  ) {}

  /** True while an answer is being spoken, or waits to be. */
  get busy(): boolean {
    return this.turn !== undefined || this.queue.length > 0;
  }

  say(answer: Answer): void {
    this.queue.push(answer);
    this.next();
  }

  /** While the user speaks nothing new is begun. */
  hold(): void {
    this.held = true;
  }

  release(): void {
    this.held = false;
    this.next();
  }

  /** The user is leaving: what was sent need not be heard before it ends. */
  hurry(): void {
    this.hurried = true;
    this.turn?.wake.abort();
  }

  /** Stops what is being said: the rest is not sent, and the sentence gets no FINAL text. */
  interrupt(): void {
    const turn = this.turn;
    if (!turn?.block) return;
    const { completion, block } = turn;
    this.turn = undefined;
    this.heardUntil = this.clock.now();
    completion.closeAudio(block.contentId, 'INTERRUPTED');
    completion.text('ASSISTANT', 'FINAL', INTERRUPTED, 'INTERRUPTED');
    completion.usage('output', { speech: speechTokens(block.samples, this.rateHz) });
    turn.wake.abort();
    this.hooks.onAnswered(completion);
    this.next();
  }

  close(): void {
    this.closed = true;
    this.queue.length = 0;
    const turn = this.turn;
    this.turn = undefined;
    turn?.wake.abort();
  }

  private next(): void {
    if (this.turn || this.held || this.closed) return;
    const answer = this.queue.shift();
    if (!answer) return;
    const turn: Turn = { completion: answer.completion, wake: new AbortController() };
    this.turn = turn;
    void this.speak(turn, answer.sentences).then((spoken) => {
      if (!spoken) return;
      this.turn = undefined;
      this.hooks.onAnswered(turn.completion);
      this.next();
    });
  }

  /** False when it was interrupted: whoever did that has said so. */
  private async speak(turn: Turn, sentences: readonly Sentence[]): Promise<boolean> {
    const { completion } = turn;
    for (const [index, { text, audio }] of sentences.entries()) {
      const last = index === sentences.length - 1;
      completion.text('ASSISTANT', 'SPECULATIVE', text, 'PARTIAL_TURN');
      const contentId = completion.openAudio();
      turn.block = { contentId, samples: 0 };
      for (const piece of this.cut(audio)) {
        completion.audio(contentId, piece);
        turn.block.samples += piece.length;
        if (!(await this.sent(turn, piece.length))) return false;
      }
      if (last && !(await this.heard(turn))) return false;
      turn.block = undefined;
      completion.closeAudio(contentId, last ? 'END_TURN' : 'PARTIAL_TURN');
      completion.usage('output', { speech: speechTokens(audio.length, this.rateHz), text: textTokens(text) });
      completion.text('ASSISTANT', 'FINAL', text, 'END_TURN');
    }
    return true;
  }

  private *cut(audio: Int16Array): Iterable<Int16Array> {
    for (let at = 0; at < audio.length;) {
      const piece = audio.subarray(at, at + (PIECE_BYTES[this.pieces++ % PIECE_BYTES.length] as number) / 2);
      at += piece.length;
      yield piece;
    }
  }

  private async sent(turn: Turn, samples: number): Promise<boolean> {
    const ms = (samples / this.rateHz) * 1_000;
    this.heardUntil = Math.max(this.clock.now(), this.heardUntil) + ms / this.pace.playback;
    if (this.pieces === this.hooks.bargeInAfterPieces) this.interrupt();
    return this.pause(turn, ms / this.pace.audio, false);
  }

  private heard(turn: Turn): Promise<boolean> {
    return this.pause(turn, this.heardUntil - this.clock.now(), true);
  }

  /** False when the turn is over by now. A pause that only waits for the listener is not made for one who leaves. */
  private async pause(turn: Turn, ms: number, forListener: boolean): Promise<boolean> {
    if (ms > 0 && this.turn === turn && !(forListener && this.hurried)) {
      if (turn.wake.signal.aborted) turn.wake = new AbortController();
      const until = this.clock.now() + ms;
      const whole = await sleep(this.clock, ms, turn.wake.signal);
      if (!whole && this.turn === turn && !forListener) return this.pause(turn, until - this.clock.now(), false);
    }
    return this.turn === turn;
  }
}
