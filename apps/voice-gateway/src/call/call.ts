import { ParleyError } from '@parley/errors';
import { AUDIO, type CallEndReason, type CallUsage } from '@parley/protocol';
import { DetachedCaller, NOBODY } from './detached-caller';
import { ModelLine, type LineListener, type ModelLineOptions, type ToolUse } from './model-line';
import type { CallLog } from './ports/call-log.port';
import type { CallTool } from './ports/call-tool.port';
import type { Caller } from './ports/caller.port';
import type { StreamLease } from './ports/stream-leases.port';
import type { LossCause } from './resumption';
import type { RotationTimes } from './rotation';
import type { Said, SpeechListener, TokenDelta } from './speech-output';
import { runCallTool } from './tool-run';
import { Transcript } from './transcript';

const BYTES_PER_MS = (AUDIO.inputSampleRateHz * AUDIO.bytesPerSample) / 1_000;

/** In the middle of a sentence a network may pause so long before silence is put in its place: it would cut a word in two. */
const STALL_MS = 1_000;
/** The same for a connection that is gone: most who come back at all come back sooner. */
const ABSENCE_MS = 5_000;

/** Milliseconds. */
export interface CallLimits {
  rotation: RotationTimes;
  /** How long a call waits for a caller who lost the connection. */
  detachedMs: number;
  /** Longest call. */
  callMs: number;
  /** Nobody says anything for so long: it is hung up. */
  idleMs: number;
}

export interface CallOptions extends Omit<ModelLineOptions, 'rotation' | 'now'> {
  id: string;
  tools: readonly CallTool[];
  log: CallLog;
  /** The right to its stream, given back at the end. */
  lease: StreamLease;
  limits: CallLimits;
  now?: () => number;
}

/** Facts about a call that is over. */
export interface CallEnd {
  reason: CallEndReason;
  durationMs: number;
}

/**
 * One live speech-to-speech call: the caller's audio to the model, the model's answer to the caller, what was said into
 * the conversation. It outlives the streams below it and the connections above it, and begins without one: `attach` the
 * caller once he was told. SPECULATIVE text is shown as it comes; FINAL text is stored first and shown then.
 */
export class Call implements LineListener {
  readonly id: string;
  readonly usage: CallUsage = { inputSpeechTokens: 0, inputTextTokens: 0, outputSpeechTokens: 0, outputTextTokens: 0 };
  /** Resolves when the call is over and everything said is stored. */
  readonly ended: Promise<CallEnd>;

  private readonly line: ModelLine;
  private readonly transcript: Transcript;
  private readonly now: () => number;
  private readonly startedAt: number;
  private caller: Caller = new DetachedCaller();
  private lastHeardAt: number;
  private lastSpokenAt: number;
  private heardBytes = 0;
  /** Silence is being heard in place of the caller. */
  private isSilent = false;
  private detachedAt: number | undefined;
  private speechEndedAt: number | undefined;
  private moveBy: number | undefined;
  private typed = 0;
  private reason: CallEndReason | undefined;
  private failure: ParleyError | undefined;
  private finish!: () => void;

  constructor(private readonly options: CallOptions) {
    this.id = options.id;
    this.now = options.now ?? Date.now;
    this.startedAt = this.detachedAt = this.lastHeardAt = this.lastSpokenAt = this.now();
    this.transcript = new Transcript(options.log, {
      onFailure: (error) => this.caller.fail(error),
      onGone: (error) => {
        // A deleted conversation and one that is somebody else's are told apart nowhere.
        if (error.code !== 'conversation_not_found') this.caller.fail(error);
        void this.end('removed');
      },
    });
    this.ended = new Promise<void>((resolve) => (this.finish = resolve)).then(() => this.leave());
    this.line = new ModelLine({ ...options, rotation: options.limits.rotation, now: this.now }, this);
  }

  get conversationId(): string {
    return this.options.log.conversationId;
  }

  /** Milliseconds of the caller's audio that could not be passed on in time. */
  get droppedMs(): number {
    return this.line.droppedMs;
  }

  /** Streams to the model that are open for it now. */
  get streams(): number {
    return this.line.streams;
  }

  /** Milliseconds of the caller's audio that were heard, over all connections: whoever comes back says the rest again. */
  get heardMs(): number {
    return Math.floor(this.heardBytes / BYTES_PER_MS);
  }

  /** When the call last got audio, spoken or silent. */
  get heardAt(): number {
    return this.lastHeardAt;
  }

  get over(): boolean {
    return this.reason !== undefined;
  }

  /** How long nothing may come from the caller before silence is heard in its place. */
  get patienceMs(): number {
    if (this.isSilent || !this.line.callerSpeaks) return 0;
    return this.detachedAt === undefined ? STALL_MS : ABSENCE_MS;
  }

  /** Why the model failed, when it did. */
  get failed(): ParleyError | undefined {
    return this.failure;
  }

  /** The caller's audio: PCM16, 16 kHz, mono, an even number of bytes. */
  hear(frame: Buffer): void {
    if (this.reason) return;
    this.lastHeardAt = this.now();
    this.heardBytes += frame.length;
    this.isSilent = false;
    this.line.hear(frame);
  }

  /** Silence in place of a caller who sends nothing: the model finds the end of a turn by silence in the stream. */
  hearSilence(frame: Buffer): void {
    if (this.reason) return;
    this.lastHeardAt = this.now();
    this.isSilent = true;
    this.line.hearSilence(frame);
  }

  /**
   * Text the caller typed. It is stored and shown like speech, and answered.
   *
   * @throws ParleyError `part_not_supported` where the model takes no text in a call
   */
  type(content: string): void {
    if (this.reason) return;
    if (!this.options.profile.crossModalText)
      throw new ParleyError('part_not_supported', { message: 'The model of this call takes no typed text: say it' });
    this.typed += 1;
    this.lastSpokenAt = this.now();
    // Unlike the model's ids these are ours: another replica that goes on with the call must not give the same again.
    const contentId = `typed-${this.startedAt.toString(36)}-${this.typed}`;
    this.said({ contentId, role: 'USER', text: content, interrupted: false, typed: true, stopReason: 'PARTIAL_TURN' });
    this.line.ask(content);
  }

  /** The caller is back, or another device took the call: everything goes there from now on, what was missed first. */
  attach(caller: Caller): void {
    const before = this.caller;
    this.caller = caller;
    this.detachedAt = undefined;
    if (before instanceof DetachedCaller) before.replayTo(caller);
  }

  /** The caller's connection is gone; the call waits for half a minute. */
  detach(): void {
    if (this.reason) return;
    this.caller = new DetachedCaller();
    this.detachedAt = this.now();
  }

  /** Ends the call in order: the model is told, what was said is stored. Safe to call again. */
  end(reason: CallEndReason): Promise<CallEnd> {
    if (!this.reason) {
      this.reason = reason;
      void this.line.close().then(this.finish);
    }
    return this.ended;
  }

  /**
   * Ends the call here so that another replica goes on with it: at the next quiet moment, at the latest after `withinMs`.
   */
  move(withinMs: number): Promise<CallEnd> {
    this.moveBy = Math.min(this.moveBy ?? Infinity, this.now() + withinMs);
    this.tick();
    return this.ended;
  }

  /** Another replica carries the call on: nothing more is shown here. */
  abandon(): Promise<CallEnd> {
    this.caller = NOBODY;
    return this.end('replaced');
  }

  /** What has to be looked at several times a second; cheap while nothing is due. */
  tick(): void {
    if (this.reason) return;
    const now = this.now();
    const { detachedMs, callMs, idleMs } = this.options.limits;
    if (this.detachedAt !== undefined && now - this.detachedAt >= detachedMs) void this.end('disconnected');
    else if (now - this.startedAt >= callMs) void this.end('limit');
    else if (now - this.lastSpokenAt >= idleMs) void this.end('idle');
    else if (this.moveBy !== undefined && (now >= this.moveBy || this.line.quiet)) void this.end('restarting');
    else this.line.tick();
  }

  show: SpeechListener['show'] = (name, body) => this.caller.send(name, body);

  audio(contentId: string, pcm: Buffer): void {
    this.lastSpokenAt = this.now();
    if (this.speechEndedAt !== undefined) this.options.observer.firstAudio(this.lastSpokenAt - this.speechEndedAt);
    this.speechEndedAt = undefined;
    this.caller.audio(contentId, pcm);
  }

  said({ contentId, role, text, interrupted, typed, stopReason }: Said): void {
    this.lastSpokenAt = this.now();
    if (role === 'USER') this.speechEndedAt ??= this.lastSpokenAt;
    const author = role === 'USER' ? ('user' as const) : ('assistant' as const);
    this.options.memory.add(author, text);
    const additionalModelFields = '{"generationStage":"FINAL"}';
    const how = typed ? { typed } : {};
    this.transcript.add({ role: author, text, interrupted, ...how, key: `${this.id}/${contentId}` }, ({ id, seq }) => {
      const { caller } = this;
      caller.send('contentStart', { contentId, type: 'TEXT', role, additionalModelFields });
      caller.send('textOutput', { contentId, role, content: text, additionalModelFields, messageId: id, seq, ...how });
      caller.send('contentEnd', { contentId, type: 'TEXT', stopReason });
    });
  }

  bargeIn(): void {
    this.options.observer.bargedIn();
  }

  speechSign(sign: 'start' | 'end'): void {
    this.lastSpokenAt = this.now();
    this.speechEndedAt = sign === 'end' ? this.lastSpokenAt : undefined;
  }

  toolUse(use: ToolUse, answer: (result: object) => void, signal: AbortSignal): void {
    const { tools, observer, onFault } = this.options;
    void runCallTool(use, tools, signal, { observer, onFault, now: this.now }).then(answer);
  }

  used(delta: TokenDelta): void {
    for (const kind of Object.keys(delta) as (keyof TokenDelta)[]) this.usage[kind] += delta[kind];
  }

  unknown(name: string): void {
    this.options.observer.unknownEvent(name);
  }

  resuming(reason: LossCause, attempt: number): void {
    this.options.observer.resuming(reason);
    this.caller.send('callResuming', { reason, attempt });
  }

  resumed(gapMs: number): void {
    this.options.observer.resumed(gapMs);
    this.caller.send('callResumed', { gapMs });
  }

  lost(error: ParleyError): void {
    this.failure = error;
    this.reason ??= 'model_failed';
    this.finish();
  }

  private async leave(): Promise<CallEnd> {
    const durationMs = this.now() - this.startedAt;
    await this.transcript.settled();
    await this.options.lease.release();
    return { reason: this.reason!, durationMs };
  }
}
