import { toBase64 } from '../audio/pcm';

export type Emit = (name: string, body: Record<string, unknown>) => void;
export type AudioStop = 'PARTIAL_TURN' | 'END_TURN' | 'INTERRUPTED';
export type TextStop = AudioStop;

export interface Tokens {
  speech: number;
  text: number;
}

/** Speech tokens of a second of audio, and bytes of a text token, roughly, as bills and counters show them. */
const SPEECH_TOKENS_PER_SECOND = 25;
const BYTES_PER_TOKEN = 4;

export const speechTokens = (samples: number, rateHz: number) =>
  Math.ceil((samples / rateHz) * SPEECH_TOKENS_PER_SECOND);
export const textTokens = (text: string) => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);

/** The text that says, in a textOutput, that the user has interrupted: spaces as the model writes them. */
export const INTERRUPTED = '{ "interrupted" : true }';

/** Adds an `audioOutput` to the samples of its block. */
export function countSamples(spoken: Map<string, number>, { contentId, content }: Record<string, unknown>): void {
  const samples = Buffer.byteLength(content as string, 'base64') / 2;
  spoken.set(contentId as string, (spoken.get(contentId as string) ?? 0) + samples);
}

/** Output events of a prompt (Nova user guide, output events), with their ids. */
export class PromptOutput {
  private readonly total = { input: { speech: 0, text: 0 }, output: { speech: 0, text: 0 } };

  constructor(
    readonly emit: Emit,
    readonly newId: () => string,
    private readonly sessionId: string,
    private readonly promptName: string,
    readonly rateHz: number,
  ) {}

  get ids() {
    return { sessionId: this.sessionId, promptName: this.promptName };
  }

  speechStart(atMs: number): void {
    this.emit('userSpeechStart', { ...this.ids, inputAudioOffsetMs: atMs });
  }

  speechEnd(atMs: number, detectedAtMs: number): void {
    this.emit('userSpeechEnd', {
      ...this.ids,
      inputAudioOffsetMs: atMs,
      inputAudioDetectionOffsetMs: detectedAtMs,
    });
  }

  /** Begins a response cycle. */
  completion(): Completion {
    const completion = new Completion(this, this.newId());
    this.emit('completionStart', completion.ids);
    return completion;
  }

  usage(ids: Record<string, unknown>, side: 'input' | 'output', tokens: Partial<Tokens>): void {
    const delta = { input: { speech: 0, text: 0 }, output: { speech: 0, text: 0 } };
    Object.assign(delta[side], tokens);
    this.total[side].speech += delta[side].speech;
    this.total[side].text += delta[side].text;
    const { input, output } = this.total;
    const totalInputTokens = input.speech + input.text;
    const totalOutputTokens = output.speech + output.text;
    this.emit('usageEvent', {
      ...ids,
      details: { delta: tokensOnWire(delta), total: tokensOnWire(this.total) },
      totalInputTokens,
      totalOutputTokens,
      totalTokens: totalInputTokens + totalOutputTokens,
    });
  }
}

/** One response cycle: from `completionStart` on, all of its events carry its id. */
export class Completion {
  private done = false;

  constructor(
    private readonly output: PromptOutput,
    readonly id: string,
  ) {}

  get ids() {
    return { ...this.output.ids, completionId: this.id };
  }

  text(role: 'USER' | 'ASSISTANT', stage: 'FINAL' | 'SPECULATIVE', content: string, stopReason: TextStop): void {
    const contentId = this.output.newId();
    this.output.emit('contentStart', {
      additionalModelFields: JSON.stringify({ generationStage: stage }),
      ...this.ids,
      contentId,
      type: 'TEXT',
      role,
      textOutputConfiguration: { mediaType: 'text/plain' },
    });
    this.output.emit('textOutput', { ...this.ids, contentId, role, content });
    this.output.emit('contentEnd', { ...this.ids, contentId, stopReason, type: 'TEXT' });
  }

  openAudio(): string {
    const contentId = this.output.newId();
    this.output.emit('contentStart', {
      ...this.ids,
      contentId,
      type: 'AUDIO',
      role: 'ASSISTANT',
      audioOutputConfiguration: {
        mediaType: 'audio/lpcm',
        sampleRateHertz: this.output.rateHz,
        sampleSizeBits: 16,
        encoding: 'base64',
        channelCount: 1,
      },
    });
    return contentId;
  }

  audio(contentId: string, samples: Int16Array): void {
    this.output.emit('audioOutput', { ...this.ids, contentId, role: 'ASSISTANT', content: toBase64(samples) });
  }

  closeAudio(contentId: string, stopReason: AudioStop): void {
    this.output.emit('contentEnd', { ...this.ids, contentId, stopReason, type: 'AUDIO' });
  }

  toolUse(toolName: string, toolUseId: string, content: string): void {
    const contentId = this.output.newId();
    this.output.emit('contentStart', {
      ...this.ids,
      contentId,
      type: 'TOOL',
      role: 'TOOL',
      toolUseOutputConfiguration: { mediaType: 'application/json' },
    });
    this.output.emit('toolUse', { ...this.ids, contentId, role: 'TOOL', content, toolName, toolUseId });
    this.output.emit('contentEnd', { ...this.ids, contentId, stopReason: 'TOOL_USE', type: 'TOOL' });
  }

  usage(side: 'input' | 'output', tokens: Partial<Tokens>): void {
    this.output.usage(this.ids, side, tokens);
  }

  /** Once; a second time does nothing. */
  end(): void {
    if (this.done) return;
    this.done = true;
    this.output.emit('completionEnd', { ...this.ids, stopReason: 'END_TURN' });
  }
}

const tokensOnWire = (tokens: { input: Tokens; output: Tokens }) => ({
  input: { speechTokens: tokens.input.speech, textTokens: tokens.input.text },
  output: { speechTokens: tokens.output.speech, textTokens: tokens.output.text },
});
