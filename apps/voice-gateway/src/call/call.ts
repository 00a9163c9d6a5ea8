import { ParleyError } from '@parley/errors';
import { stageOf, type CallEndReason, type CallUsage, type GenerationStage, type StopReason } from '@parley/protocol';
import { InputQueue } from './nova/input-queue';
import { NovaInputStream, type NovaOpening } from './nova/input-stream';
import { isInterruptionMarker, parseNovaOutput, type NovaOutput } from './nova/output-event';
import type { CallLog } from './ports/call-log.port';
import type { CallTool } from './ports/call-tool.port';
import type { Caller } from './ports/caller.port';
import type { SpeechModel } from './ports/speech-model.port';
import { speechFailure } from './speech-failure';
import { Transcript } from './transcript';

/** How long the model may take to finish after the closing events, before its stream is cut. */
const CLOSING_MS = 3_000;

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

export interface CallOptions {
  id: string;
  model: SpeechModel;
  opening: NovaOpening;
  tools: readonly CallTool[];
  log: CallLog;
  caller: Caller;
  onFault: (error: unknown) => void;
  now?: () => number;
  closingMs?: number;
}

/**
 * One live speech-to-speech call: the caller's audio to the model, the model's answer to the caller, what was said into
 * the conversation. SPECULATIVE text is shown as it comes; FINAL text is stored first and shown then.
 */
export class Call {
  readonly id: string;
  readonly usage: CallUsage = { inputSpeechTokens: 0, inputTextTokens: 0, outputSpeechTokens: 0, outputTextTokens: 0 };
  /** Resolves when the call is over and everything said is stored. */
  readonly ended: Promise<{ reason: CallEndReason; durationMs: number }>;

  private readonly input = new NovaInputStream();
  private readonly queue = new InputQueue((frame) => this.input.audio(frame));
  private readonly transcript: Transcript;
  private readonly blocks = new Map<string, Block>();
  private readonly stop = new AbortController();
  private readonly now: () => number;
  private readonly startedAt: number;
  private lastHeardAt: number;
  private reason: CallEndReason | undefined;
  private failure: ParleyError | undefined;
  private typed = 0;
  /** The answer that the caller may still be hearing: audio comes faster than it is played. */
  private lastAudioId: string | undefined;

  constructor(private readonly options: CallOptions) {
    this.id = options.id;
    this.now = options.now ?? Date.now;
    this.startedAt = this.lastHeardAt = this.now();
    this.transcript = new Transcript(options.log, { onFailure: (error) => options.caller.fail(error) });
    this.queue.pushControl(this.input.open(options.opening));
    this.ended = this.run();
  }

  /** Milliseconds of the caller's audio that could not be passed on in time. */
  get droppedMs(): number {
    return this.queue.droppedMs;
  }

  /** When the model last got audio, spoken or silent. */
  get heardAt(): number {
    return this.lastHeardAt;
  }

  /** The caller's audio: PCM16, 16 kHz, mono, an even number of bytes. */
  hear(frame: Buffer): void {
    if (this.reason) return;
    this.lastHeardAt = this.now();
    this.queue.pushAudio(frame);
  }

  /** Text the caller typed. It is stored and shown like speech, and answered. */
  type(content: string): void {
    if (this.reason) return;
    this.typed += 1;
    const contentId = `typed-${this.typed}`;
    this.store(contentId, { role: 'USER', text: content, interrupted: false });
    this.queue.pushControl(this.input.text(content));
  }

  /** Ends the call in order: the model is told, what was said is stored. Safe to call again. */
  end(reason: CallEndReason): Promise<unknown> {
    if (!this.reason) {
      this.reason = reason;
      this.queue.end(this.input.end());
      const cut = setTimeout(() => this.stop.abort(), this.options.closingMs ?? CLOSING_MS);
      void this.ended.finally(() => clearTimeout(cut));
    }
    return this.ended;
  }

  /** Why the model failed, when it did. */
  get failed(): ParleyError | undefined {
    return this.failure;
  }

  private async run(): Promise<{ reason: CallEndReason; durationMs: number }> {
    try {
      const { output } = this.options.model.open(this.queue, this.stop.signal);
      for await (const bytes of output) this.onOutput(parseNovaOutput(bytes) ?? {});
      // A lost stream looks like a normal end: only an end that we asked for is one.
      if (!this.reason)
        this.failure = new ParleyError('model_unavailable', { cause: new Error('the stream ended unasked') });
    } catch (error) {
      if (!this.reason) this.failure = speechFailure(error);
      else this.options.onFault(error);
    }
    this.reason ??= 'model_failed';
    this.queue.end();
    this.stop.abort();
    if (this.failure) this.options.onFault(this.failure);
    await this.transcript.settled();
    return { reason: this.reason, durationMs: this.now() - this.startedAt };
  }

  private onOutput(output: NovaOutput): void {
    if (output.audioOutput) this.onAudio(output.audioOutput);
    else if (output.contentStart) this.onContentStart(output.contentStart);
    else if (output.textOutput) this.onText(output.textOutput);
    else if (output.contentEnd) this.onContentEnd(output.contentEnd);
    else if (output.toolUse) this.onToolUse(output.toolUse);
    else if (output.usageEvent) this.onUsage(output.usageEvent);
    else if (output.completionEnd)
      this.options.caller.send('completionEnd', { stopReason: output.completionEnd.stopReason ?? 'END_TURN' });
  }

  private onContentStart({
    contentId,
    type,
    role,
    additionalModelFields,
  }: NonNullable<NovaOutput['contentStart']>): void {
    const stage = type === 'TEXT' ? stageOf(additionalModelFields) : undefined;
    this.blocks.set(contentId, { type, role, stage, additionalModelFields, text: '', muted: false });
    // A FINAL text is held back until it is stored.
    if (stage !== 'FINAL')
      this.options.caller.send('contentStart', { contentId, type, role, ...fields(additionalModelFields) });
  }

  private onText({ contentId, role, content }: NonNullable<NovaOutput['textOutput']>): void {
    const block = this.blocks.get(contentId);
    if (isInterruptionMarker(content)) return this.interrupt();
    if (!block) return;
    block.text += content;
    if (block.stage === 'FINAL') return;
    const author = role ?? (block.role === 'USER' ? 'USER' : 'ASSISTANT');
    this.options.caller.send('textOutput', {
      contentId,
      role: author,
      content,
      ...fields(block.additionalModelFields),
    });
  }

  private onAudio({ contentId, content }: NonNullable<NovaOutput['audioOutput']>): void {
    const block = this.blocks.get(contentId);
    if (!block || block.muted || this.reason) return;
    this.lastAudioId = contentId;
    this.options.caller.audio(contentId, Buffer.from(content, 'base64'));
  }

  private onContentEnd({ contentId, type, stopReason }: NonNullable<NovaOutput['contentEnd']>): void {
    const block = this.blocks.get(contentId);
    this.blocks.delete(contentId);
    const interrupted = stopReason === 'INTERRUPTED';
    if (interrupted) this.interrupt();
    if (block?.stage === 'FINAL') {
      if (block.text.trim() === '' || block.role === 'TOOL') return;
      return this.store(contentId, {
        role: block.role,
        text: block.text,
        interrupted,
        stopReason: stopReason as StopReason,
      });
    }
    if (!block?.muted)
      this.options.caller.send('contentEnd', { contentId, type, stopReason: stopReason as StopReason });
  }

  /**
   * The person spoke over the answer: what is still open is over, and the caller stops playing at once, also what had
   * been sent whole before.
   */
  private interrupt(): void {
    let told = false;
    for (const [contentId, block] of this.blocks) {
      if (block.muted || block.role !== 'ASSISTANT' || block.stage === 'FINAL') continue;
      block.muted = told = true;
      this.options.caller.send('contentEnd', { contentId, type: block.type, stopReason: 'INTERRUPTED' });
    }
    if (!told && this.lastAudioId !== undefined) {
      this.options.caller.send('contentEnd', { contentId: this.lastAudioId, type: 'AUDIO', stopReason: 'INTERRUPTED' });
    }
    this.lastAudioId = undefined;
  }

  private store(
    contentId: string,
    said: { role: 'USER' | 'ASSISTANT'; text: string; interrupted: boolean; stopReason?: StopReason },
  ): void {
    const { caller } = this.options;
    const { role, text, interrupted, stopReason = 'PARTIAL_TURN' } = said;
    const additionalModelFields = '{"generationStage":"FINAL"}';
    const utterance = {
      role: role === 'USER' ? ('user' as const) : ('assistant' as const),
      text,
      interrupted,
      key: `${this.id}/${contentId}`,
    };
    this.transcript.add(utterance, ({ id, seq }) => {
      caller.send('contentStart', { contentId, type: 'TEXT', role, additionalModelFields });
      caller.send('textOutput', { contentId, role, content: text, additionalModelFields, messageId: id, seq });
      caller.send('contentEnd', { contentId, type: 'TEXT', stopReason });
    });
  }

  private onToolUse({ contentId, toolName, toolUseId, content }: NonNullable<NovaOutput['toolUse']>): void {
    this.options.caller.send('toolUse', { contentId, toolName, toolUseId, content });
    // Tool names come back in any case. Without an answer the model waits in silence: an unknown tool is answered too.
    const tool = this.options.tools.find(({ name }) => name.toLowerCase() === toolName.toLowerCase());
    const result = tool ? tool.run(content, this.stop.signal) : Promise.resolve({ error: 'There is no such tool.' });
    void result
      .catch((error: unknown) => {
        this.options.onFault(error);
        return { error: 'The tool failed.' };
      })
      .then((object) => {
        if (!this.reason) this.queue.pushControl(this.input.toolResult(toolUseId, object));
      });
  }

  private onUsage({
    totalInputTokens = 0,
    totalOutputTokens = 0,
    totalTokens = 0,
    details,
  }: NonNullable<NovaOutput['usageEvent']>): void {
    const { input, output } = details?.delta ?? {};
    this.usage.inputSpeechTokens += input?.speechTokens ?? 0;
    this.usage.inputTextTokens += input?.textTokens ?? 0;
    this.usage.outputSpeechTokens += output?.speechTokens ?? 0;
    this.usage.outputTextTokens += output?.textTokens ?? 0;
    this.options.caller.send('usageEvent', {
      totalInputTokens,
      totalOutputTokens,
      totalTokens,
      ...(details ? { details } : {}),
    });
  }
}

const fields = (additionalModelFields: string | undefined) =>
  additionalModelFields === undefined ? {} : { additionalModelFields };
