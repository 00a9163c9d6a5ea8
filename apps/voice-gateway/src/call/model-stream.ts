import type { NovaProfile } from './nova/profiles';
import { InputQueue } from './nova/input-queue';
import { NovaInputStream, type NovaOpening } from './nova/input-stream';
import { parseNovaOutput } from './nova/output-event';
import type { SpeechModel } from './ports/speech-model.port';
import { NoAnswer } from './resumption';
import { SpeechOutput, type SpeechListener } from './speech-output';

/** How long the model may take to finish after the closing events, before its stream is cut. */
const CLOSING_MS = 3_000;
/** Somebody spoke or typed and not one event came for so long: the stream is dead, whatever the connection says. */
const SIGN_OF_LIFE_MS = 20_000;

export interface ModelStreamOptions {
  model: SpeechModel;
  profile: NovaProfile;
  opening: NovaOpening;
  listener: SpeechListener;
  now: () => number;
  closingMs?: number;
  signOfLifeMs?: number;
}

/** How a stream ended: asked for, or lost with the model's reason, where it gave one. */
export interface StreamEnd {
  asked: boolean;
  error?: unknown;
}

/** One stream to the model: at most eight minutes of a call. Its end is told once, by `ended`, which never rejects. */
export class ModelStream {
  readonly openedAt: number;
  readonly output: SpeechOutput;
  readonly ended: Promise<StreamEnd>;
  /** When anybody last spoke in it. */
  spokenAt: number;
  /** Tools that it waits for. */
  tools = 0;
  /** Its successor is asked, or told, what this one had not answered to the end: what it still says of it would be a second answer. */
  isAnsweredAnew = false;
  private readonly input: NovaInputStream;
  private readonly queue: InputQueue;
  private readonly stop = new AbortController();
  private closing = false;
  private lost: unknown;
  private events = 0;
  private waitsSince: number | undefined;
  private lastEventAt: number;

  constructor(private readonly options: ModelStreamOptions) {
    const { profile, opening, listener, now } = options;
    this.openedAt = this.spokenAt = this.lastEventAt = now();
    this.output = new SpeechOutput(listener, now);
    this.input = new NovaInputStream(profile);
    this.queue = new InputQueue((frame) => this.input.audio(frame));
    this.queue.pushControl(this.input.open(opening));
    this.ended = this.run();
  }

  get signal(): AbortSignal {
    return this.stop.signal;
  }

  /** Milliseconds of audio that the model did not take in time. */
  get droppedMs(): number {
    return this.queue.droppedMs;
  }

  /** Whether the model has said anything yet. */
  get alive(): boolean {
    return this.events > 0;
  }

  hear(frame: Buffer): void {
    if (!this.closing) this.queue.pushAudio(frame);
  }

  /** The caller's last words, said again. */
  hearAgain(frames: readonly Buffer[]): void {
    this.queue.pushAgain(frames);
  }

  /** Text that the model answers. */
  ask(content: string): void {
    if (this.closing) return;
    this.queue.pushControl(this.input.text(content));
    this.output.asked();
    this.waitsSince ??= this.options.now();
  }

  toolResult(toolUseId: string, result: object): void {
    if (!this.closing) this.queue.pushControl(this.input.toolResult(toolUseId, result));
  }

  /**
   * Cuts a stream that gives no sign of life although it was asked or spoken to.
   *
   * @param hasSpeech whether the caller said something, is quiet again, and waits for an answer. Asked only of a stream that
   *   has been silent for long and has spoken before: noise that no model takes for speech must not cost one stream after
   *   the other.
   */
  checkLife(hasSpeech: () => boolean): void {
    const { now, signOfLifeMs = SIGN_OF_LIFE_MS } = this.options;
    if (this.closing || now() - this.lastEventAt < signOfLifeMs) return;
    if (this.waitsSince === undefined && this.alive && hasSpeech()) this.waitsSince = now();
    if (this.waitsSince === undefined || now() - this.waitsSince < signOfLifeMs) return;
    this.lost = new NoAnswer();
    this.stop.abort();
  }

  /** Ends it in order: the closing events, then what the model still has to say, at most `withinMs` of it. */
  close(withinMs = this.options.closingMs ?? CLOSING_MS): Promise<StreamEnd> {
    if (!this.closing) {
      this.closing = true;
      this.queue.end(this.input.end());
      const cut = setTimeout(() => this.stop.abort(), withinMs);
      void this.ended.then(() => clearTimeout(cut));
    }
    return this.ended;
  }

  private async run(): Promise<StreamEnd> {
    let error: unknown;
    try {
      const { output } = this.options.model.open(this.queue, this.stop.signal);
      for await (const bytes of output) this.onBytes(bytes);
    } catch (thrown) {
      error = thrown;
    }
    const asked = this.closing;
    // Whoever reads the queue is not told that the stream is dead, except by its end.
    this.closing = true;
    this.queue.end();
    this.stop.abort();
    return { asked, error: this.lost ?? error };
  }

  private onBytes(bytes: Uint8Array): void {
    const output = parseNovaOutput(bytes);
    if (!output) return;
    this.events += 1;
    this.waitsSince = undefined;
    this.lastEventAt = this.options.now();
    this.output.onEvent(output);
  }
}
