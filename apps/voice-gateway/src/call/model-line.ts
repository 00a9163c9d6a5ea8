import type { ParleyError } from '@parley/errors';
import type { CallMemory, Debt } from './memory';
import { ModelStream, type StreamEnd } from './model-stream';
import type { NovaOpening } from './nova/input-stream';
import type { NovaProfile } from './nova/profiles';
import type { CallObserver } from './ports/call-observer.port';
import type { SpeechModel } from './ports/speech-model.port';
import type { StreamLeases } from './ports/stream-leases.port';
import { readLoss, Resumption, type LossCause } from './resumption';
import { RotationPlan, type RotationTimes } from './rotation';
import type { SpeechListener } from './speech-output';
import { UnansweredAudio } from './unanswered-audio';

/** A stream that was lost counts as replaced once its successor lived so long, or said something. */
const SETTLED_MS = 1_000;
/** Without a second lease there is no stream while one is replaced: so long the old one may take for its last words on record. */
const ALONE_MS = 400;
const NO_DEBT: Debt = { owed: false, midAnswer: false };

/** Who listens to a line: everything that its streams say, and what becomes of them. */
export interface LineListener extends Omit<SpeechListener, 'toolUse'> {
  /** @param answer takes the result, also after the stream that asked is gone: nobody waits for it then */
  toolUse(use: ToolUse, answer: (result: object) => void, signal: AbortSignal): void;
  resuming(cause: LossCause, attempt: number): void;
  resumed(gapMs: number): void;
  /** Nothing helped: the line is dead. */
  lost(error: ParleyError): void;
}
export interface ToolUse {
  toolName: string;
  toolUseId: string;
  content: string;
}

export interface ModelLineOptions {
  model: SpeechModel;
  profile: NovaProfile;
  opening: Omit<NovaOpening, 'history'>;
  /** Said to the model at once, unshown, where the assistant is to speak first. */
  greeting?: string;
  /** What another replica left unfinished. */
  debt?: Debt;
  memory: CallMemory;
  leases: StreamLeases;
  rotation: RotationTimes;
  observer: CallObserver;
  onFault: (error: unknown) => void;
  now: () => number;
  random?: () => number;
  resumption?: Resumption;
  closingMs?: number;
}

/**
 * An unbroken line to the model, made of streams that live eight minutes at most. A stream is replaced before its time, at a
 * quiet moment; one that is lost is replaced with what was said so far, and with the caller's last words again.
 */
export class ModelLine {
  private stream: ModelStream | undefined;
  private plan!: RotationPlan;
  private rotating = false;
  private closing = false;
  private closed!: () => void;
  private readonly gone = new Promise<void>((resolve) => (this.closed = resolve));
  private readonly unanswered = new UnansweredAudio();
  private readonly resumption: Resumption;
  private lostAt: number | undefined;
  private retry: NodeJS.Timeout | undefined;
  private debt: Debt;
  private droppedBefore = 0;
  private openStreams = 0;

  constructor(
    private readonly options: ModelLineOptions,
    private readonly listener: LineListener,
  ) {
    this.resumption = options.resumption ?? new Resumption();
    this.debt = options.debt ?? NO_DEBT;
    this.open(options.greeting);
  }

  /** Milliseconds of the caller's audio that could not be passed on in time. */
  get droppedMs(): number {
    return this.droppedBefore + (this.stream?.droppedMs ?? 0);
  }

  /** Streams that are open now: two while one replaces the other. */
  get streams(): number {
    return this.openStreams;
  }

  /** Nobody speaks, nothing is being answered or played or waited for. */
  get quiet(): boolean {
    const { stream } = this;
    if (!stream || stream.output.answering || stream.output.owesAnswer || stream.tools > 0) return false;
    return !this.unanswered.hasSpeech;
  }

  /** The caller is in the middle of a sentence. */
  get callerSpeaks(): boolean {
    return this.unanswered.isSpeech;
  }

  hear(frame: Buffer): void {
    if (this.closing) return;
    this.unanswered.push(frame);
    this.stream?.hear(frame);
  }

  /** Silence in place of a caller who sends nothing. */
  hearSilence(frame: Buffer): void {
    this.stream?.hear(frame);
  }

  /** Text that was typed, and is already in the memory. Without a stream the next one is asked. */
  ask(content: string): void {
    if (this.stream) {
      this.stream.spokenAt = this.options.now();
      this.stream.ask(content);
    } else this.debt = { ...this.debt, owed: true };
  }

  /** What has to be looked at several times a second; cheap while nothing is due. */
  tick(): void {
    const { stream } = this;
    if (!stream || this.closing) return;
    const now = this.options.now();
    if (this.lostAt !== undefined && (stream.alive || now - stream.openedAt >= SETTLED_MS)) this.settle(stream);
    stream.checkLife(() => this.unanswered.hasSpeech && !this.unanswered.isSpeech);
    const moment = { ageMs: now - stream.openedAt, silentMs: now - stream.spokenAt };
    if (this.rotating || !this.plan.isDue(moment)) return;
    const { quiet } = this;
    const callerSpeaks = !quiet && this.callerSpeaks;
    if (this.plan.shouldRotate({ ...moment, quiet, callerSpeaks })) void this.rotate(quiet ? 'quiet' : 'forced');
  }

  /** Ends the stream in order; resolves when it is gone. */
  close(): Promise<void> {
    if (!this.closing) {
      this.closing = true;
      clearTimeout(this.retry);
      if (this.stream) void this.stream.close();
      else this.closed();
    }
    return this.gone;
  }

  private open(greeting?: string): void {
    const { model, profile, opening, memory, observer, now, closingMs } = this.options;
    const again = this.unanswered.take();
    // What is said again is answered then; asking for it too would have it answered twice.
    const debt = again.length > 0 || !profile.crossModalText ? NO_DEBT : this.debt;
    const { history, ask = greeting } = memory.forStream(debt);
    const stream: ModelStream = new ModelStream({
      ...{ model, profile, now, listener: this.earsOf(() => stream), opening: { ...opening, history } },
      ...(closingMs === undefined ? {} : { closingMs }),
    });
    this.stream = stream;
    this.plan = new RotationPlan(this.options.rotation, this.options.random);
    this.openStreams += 1;
    observer.streamOpened();
    if (ask !== undefined && profile.crossModalText) stream.ask(ask);
    stream.hearAgain(again);
    void stream.ended.then((end) => this.onStreamEnd(stream, end));
  }

  private onStreamEnd(stream: ModelStream, { error }: StreamEnd): void {
    const { observer, onFault, now } = this.options;
    this.openStreams -= 1;
    observer.streamClosed();
    this.droppedBefore += stream.droppedMs;
    if (stream !== this.stream) return;
    this.stream = undefined;
    if (this.closing) {
      if (error !== undefined) onFault(error);
      return this.closed();
    }
    const loss = readLoss(error);
    onFault(loss.error);
    // A debt that was taken over and not paid yet goes on to the next stream.
    const { owesAnswer, midAnswer } = stream.output;
    const unpaid = stream.alive ? NO_DEBT : this.debt;
    this.debt = { owed: owesAnswer || unpaid.owed, midAnswer: midAnswer || unpaid.midAnswer };
    stream.output.abandon();
    const next = this.resumption.next(loss, now() - stream.openedAt);
    if (!next) {
      this.closing = true;
      this.closed();
      return this.listener.lost(loss.error);
    }
    if (loss.remedy === 'less') this.options.memory.halve();
    this.lostAt ??= now();
    this.listener.resuming(loss.cause, next.attempt);
    this.retry = setTimeout(() => this.open(), next.waitMs);
  }

  private settle(stream: ModelStream): void {
    const gapMs = Math.max(0, stream.openedAt - this.lostAt!);
    this.lostAt = undefined;
    this.listener.resumed(gapMs);
  }

  /**
   * Puts the next stream in the place of this one, which still says what it has to and then ends. Without a second lease
   * the old one ends first; what the caller says meanwhile is said again to the next.
   */
  private async rotate(why: 'quiet' | 'forced'): Promise<void> {
    const old = this.stream!;
    this.rotating = true;
    const second = await this.options.leases.acquire('rotation').catch(() => undefined);
    this.rotating = false;
    if (this.closing || this.stream !== old) return void second?.release();
    this.options.observer.rotated(why);
    const { owesAnswer, midAnswer } = old.output;
    this.debt = { owed: owesAnswer, midAnswer };
    const { profile, memory } = this.options;
    // From here on: without a second lease the old one ends before the next is asked.
    old.isAnsweredAnew = profile.crossModalText && !this.unanswered.hasSpeech && memory.forStream(this.debt).asksAgain;
    old.output.abandon();
    this.stream = undefined;
    // Nobody hears what the old one still says: the next is not to wait for it long.
    const closed = old.close(second ? undefined : ALONE_MS);
    if (second) void closed.then(() => second.release());
    else await closed;
    if (this.closing) return this.closed();
    this.open();
  }

  /**
   * What one stream says. Of one that was replaced, or is being closed, only what goes on record counts.
   */
  private earsOf(of: () => ModelStream): SpeechListener {
    const { listener, unanswered } = this;
    const { now } = this.options;
    const isCurrent = () => of() === this.stream && !this.closing;
    return {
      show: (name, body) => {
        if (isCurrent()) listener.show(name, body);
      },
      audio: (contentId, pcm) => {
        if (!isCurrent()) return;
        of().spokenAt = now();
        listener.audio(contentId, pcm);
      },
      said: (said) => {
        if (said.role === 'USER') {
          // The caller's last words are said again to the stream that replaced this one, which writes them down and answers.
          if (of() !== this.stream) return void (of().isAnsweredAnew = true);
          unanswered.clear();
        } else if (of().isAnsweredAnew) return;
        of().spokenAt = now();
        listener.said(said);
      },
      bargeIn: () => {
        if (isCurrent()) listener.bargeIn();
      },
      speechSign: (sign) => {
        if (!isCurrent()) return;
        of().spokenAt = now();
        listener.speechSign(sign);
      },
      toolUse: (use) => {
        if (!isCurrent()) return;
        const stream = of();
        stream.tools += 1;
        const answer = (result: object) => {
          stream.tools -= 1;
          stream.toolResult(use.toolUseId, result);
        };
        listener.toolUse(use, answer, stream.signal);
      },
      used: (delta) => listener.used(delta),
      unknown: (name) => listener.unknown(name),
    };
  }
}
