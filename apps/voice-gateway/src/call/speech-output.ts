import { AUDIO, stageOf, type GenerationStage, type StopReason, type VoiceServerEvents } from '@parley/protocol';
import { isInterruptionMarker, type NovaOutput } from './nova/output-event';

const BYTES_PER_MS = (AUDIO.outputSampleRateHz * AUDIO.bytesPerSample) / 1_000;
/** A FINAL text comes this long after its sentence was heard, or not at all. */
const FINAL_LATE_MS = 2_000;

const ROLES = new Set<string>(['USER', 'ASSISTANT', 'TOOL']);
const TYPES = new Set<string>(['TEXT', 'AUDIO', 'TOOL']);
const STOP_REASONS = new Set<string>(['PARTIAL_TURN', 'END_TURN', 'INTERRUPTED', 'TOOL_USE']);
/** So many strange things of one stream are told. */
const MOST_STRANGE = 20;

/** An output block that is open: what it holds, and its text where it is one. */
interface Block {
  type: 'TEXT' | 'AUDIO' | 'TOOL';
  role: 'USER' | 'ASSISTANT' | 'TOOL';
  stage?: GenerationStage;
  additionalModelFields?: string;
  text: string;
  /** The person spoke over it: nothing more of it is passed on. */
  muted: boolean;
}

/** One utterance that is now the record. */
export interface Said {
  contentId: string;
  role: 'USER' | 'ASSISTANT';
  text: string;
  interrupted: boolean;
  /** By the person, into the call. */
  typed?: true;
  stopReason: StopReason;
}

/** Who listens to what a stream says. */
export interface SpeechListener {
  /** To be shown as it comes; FINAL texts are not among it. */
  show<N extends 'contentStart' | 'textOutput' | 'contentEnd' | 'toolUse' | 'usageEvent' | 'completionEnd'>(
    name: N,
    body: VoiceServerEvents[N],
  ): void;
  audio(contentId: string, pcm: Buffer): void;
  /** A FINAL text, whole. */
  said(said: Said): void;
  /** The person spoke over the answer: whatever of it waits to be heard is void. */
  bargeIn(): void;
  /** The person began to speak, or was heard to the end: the model's undocumented and quickest signs. */
  speechSign(sign: 'start' | 'end'): void;
  toolUse(use: { toolName: string; toolUseId: string; content: string }): void;
  used(delta: TokenDelta): void;
  /** The model says something that nobody here knows, told once a name: its end may know more than its gateway. */
  unknown(name: string): void;
}
export interface TokenDelta {
  inputSpeechTokens: number;
  inputTextTokens: number;
  outputSpeechTokens: number;
  outputTextTokens: number;
}

/**
 * The output side of one stream: knows which blocks are open, what of an answer is still to come and until when it is
 * heard. SPECULATIVE text is for showing, FINAL is the record; after a barge-in nothing of the old answer passes.
 */
export class SpeechOutput {
  private readonly blocks = new Map<string, Block>();
  /** The answer that the caller may still be hearing: audio comes faster than it is played. */
  private lastAudioId: string | undefined;
  /** Sentences that were announced and not recorded yet. */
  private announced = 0;
  private heardUntil = 0;
  private owed = false;
  /** What nobody here knows of what was said so far. */
  private readonly strange = new Set<string>();

  constructor(
    private readonly listener: SpeechListener,
    private readonly now: () => number,
  ) {}

  /** Whether an answer is being given, or was announced and is not all on record. */
  get answering(): boolean {
    if (this.heardUntil > this.now()) return true;
    for (const { role, muted } of this.blocks.values()) if (role !== 'USER' && !muted) return true;
    return this.announced > 0 && this.now() < this.heardUntil + FINAL_LATE_MS;
  }

  /** Whether the caller said something that nothing was answered to yet. */
  get owesAnswer(): boolean {
    return this.owed;
  }

  /** Whether an answer is cut off in its middle should the stream end now. */
  get midAnswer(): boolean {
    if (this.announced > 0) return true;
    for (const { role, muted } of this.blocks.values()) if (role === 'ASSISTANT' && !muted) return true;
    return false;
  }

  /** Text was given to the model that it has to answer. */
  asked(): void {
    this.owed = true;
  }

  onEvent(output: NovaOutput): void {
    if (output.audioOutput) this.onAudio(output.audioOutput);
    else if (output.contentStart) this.onContentStart(output.contentStart);
    else if (output.textOutput) this.onText(output.textOutput);
    else if (output.contentEnd) this.onContentEnd(output.contentEnd);
    else if (output.toolUse) this.onToolUse(output.toolUse);
    else if (output.usageEvent) this.onUsage(output.usageEvent);
    else if (output.userSpeechStart) this.listener.speechSign('start');
    else if (output.userSpeechEnd) this.listener.speechSign('end');
    else if (output.completionEnd)
      this.listener.show('completionEnd', { stopReason: output.completionEnd.stopReason ?? 'END_TURN' });
    else if (!output.completionStart) this.unknown(Object.keys(output)[0] ?? '');
  }

  /**
   * Closes for the caller what the stream left open: it is gone. Audio and text that were not whole are not taken back, but
   * nobody waits for the rest of them.
   */
  abandon(): void {
    for (const [contentId, block] of this.blocks) {
      if (block.muted || block.stage === 'FINAL') continue;
      this.listener.show('contentEnd', { contentId, type: block.type, stopReason: 'PARTIAL_TURN' });
    }
    this.blocks.clear();
  }

  private unknown(name: string): void {
    if (this.strange.has(name) || this.strange.size >= MOST_STRANGE) return;
    this.strange.add(name);
    this.listener.unknown(name);
  }

  private onContentStart(start: NonNullable<NovaOutput['contentStart']>): void {
    const { contentId, type, role, additionalModelFields } = start;
    // Whatever it holds, it is nobody's words that are known here: neither shown nor recorded as somebody's.
    if (!ROLES.has(role) || !TYPES.has(type)) return this.unknown(`${type} of ${role}`);
    const stage = type === 'TEXT' ? stageOf(additionalModelFields) : undefined;
    this.blocks.set(contentId, { type, role, stage, additionalModelFields, text: '', muted: false });
    if (role === 'ASSISTANT') this.owed = false;
    // A FINAL text is held back until it is stored.
    if (stage !== 'FINAL') this.listener.show('contentStart', { contentId, type, role, ...fields(start) });
  }

  private onText({ contentId, role, content }: NonNullable<NovaOutput['textOutput']>): void {
    if (isInterruptionMarker(content)) return this.interrupt();
    const block = this.blocks.get(contentId);
    if (!block) return;
    block.text += content;
    if (block.stage === 'FINAL') return;
    const author = role ?? (block.role === 'USER' ? 'USER' : 'ASSISTANT');
    this.listener.show('textOutput', { contentId, role: author, content, ...fields(block) });
  }

  private onAudio({ contentId, content }: NonNullable<NovaOutput['audioOutput']>): void {
    const block = this.blocks.get(contentId);
    if (!block || block.muted) return;
    this.lastAudioId = contentId;
    const pcm = Buffer.from(content, 'base64');
    this.heardUntil = Math.max(this.heardUntil, this.now()) + pcm.length / BYTES_PER_MS;
    this.listener.audio(contentId, pcm);
  }

  private onContentEnd({ contentId, type, stopReason }: NonNullable<NovaOutput['contentEnd']>): void {
    const block = this.blocks.get(contentId);
    this.blocks.delete(contentId);
    const interrupted = stopReason === 'INTERRUPTED';
    if (interrupted) this.interrupt();
    if (!block) return;
    const why = this.stopReasonOf(stopReason);
    if (block.stage === 'FINAL') return this.onFinal(contentId, block, why);
    if (block.stage === 'SPECULATIVE' && !block.muted) this.announced += 1;
    if (!block.muted) this.listener.show('contentEnd', { contentId, type, stopReason: why });
  }

  /** A reason that nobody knows ends a turn all the same: else its listener would wait for more. */
  private stopReasonOf(reason: string): StopReason {
    if (STOP_REASONS.has(reason)) return reason as StopReason;
    this.unknown(`stopReason ${reason}`);
    return 'END_TURN';
  }

  private onFinal(contentId: string, { role, text }: Block, stopReason: StopReason): void {
    if (role === 'TOOL' || text.trim() === '') return;
    if (role === 'USER') this.owed = true;
    else this.announced = Math.max(0, this.announced - 1);
    this.listener.said({ contentId, role, text, interrupted: stopReason === 'INTERRUPTED', stopReason });
  }

  /** What is still open is over, and the caller stops playing at once, also what had been sent whole before. */
  private interrupt(): void {
    this.announced = 0;
    this.heardUntil = 0;
    let told = false;
    for (const [contentId, block] of this.blocks) {
      if (block.muted || block.role !== 'ASSISTANT' || block.stage === 'FINAL') continue;
      if (!told) this.listener.bargeIn();
      block.muted = told = true;
      this.listener.show('contentEnd', { contentId, type: block.type, stopReason: 'INTERRUPTED' });
    }
    if (!told && this.lastAudioId !== undefined) {
      this.listener.bargeIn();
      this.listener.show('contentEnd', { contentId: this.lastAudioId, type: 'AUDIO', stopReason: 'INTERRUPTED' });
    }
    this.lastAudioId = undefined;
  }

  private onToolUse({ contentId, toolName, toolUseId, content }: NonNullable<NovaOutput['toolUse']>): void {
    this.listener.show('toolUse', { contentId, toolName, toolUseId, content });
    this.listener.toolUse({ toolName, toolUseId, content });
  }

  private onUsage(usage: NonNullable<NovaOutput['usageEvent']>): void {
    const { totalInputTokens = 0, totalOutputTokens = 0, totalTokens = 0, details } = usage;
    const { input, output } = details?.delta ?? {};
    this.listener.used({
      inputSpeechTokens: input?.speechTokens ?? 0,
      inputTextTokens: input?.textTokens ?? 0,
      outputSpeechTokens: output?.speechTokens ?? 0,
      outputTextTokens: output?.textTokens ?? 0,
    });
    const told = { totalInputTokens, totalOutputTokens, totalTokens };
    this.listener.show('usageEvent', details ? { ...told, details } : told);
  }
}

const fields = ({ additionalModelFields }: { additionalModelFields?: string }) =>
  additionalModelFields === undefined ? {} : { additionalModelFields };
