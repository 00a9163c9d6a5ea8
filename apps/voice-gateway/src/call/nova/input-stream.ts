import { randomUUID } from 'node:crypto';
import { AUDIO } from '@parley/protocol';
import type { CallTool } from '../ports/call-tool.port';
import type { NovaProfile } from './profiles';

/** What a stream is opened with; fixed for its life. */
export interface NovaOpening {
  instructions: string;
  voiceId: string;
  maxTokens: number;
  tools: readonly Pick<CallTool, 'name' | 'description' | 'inputSchemaJson'>[];
  /** Earlier messages, already shaped: the first is the user's, roles alternate, each within the byte limits. */
  history: readonly { role: 'USER' | 'ASSISTANT'; pieces: readonly string[] }[];
}

const SILENT_FRAME = Buffer.alloc(AUDIO.frameSamples * AUDIO.bytesPerSample).toString('base64');
const event = (name: string, body: object): string => JSON.stringify({ event: { [name]: body } });

type State = 'new' | 'open' | 'ended';

/**
 * The input side of one Nova Sonic stream: makes the events, knows which blocks are open, refuses an illegal order and can
 * always end legally. No network, no clock. Each method returns the events to write, in order; the events of one call
 * belong together, and no audio may be written between them.
 */
export class NovaInputStream {
  private readonly promptName = randomUUID();
  private readonly audioName = randomUUID();
  private readonly audioHead = `{"event":{"audioInput":{"promptName":"${this.promptName}","contentName":"${this.audioName}","content":"`;
  private state: State = 'new';
  private heard = false;

  constructor(private readonly profile: Pick<NovaProfile, 'turnDetection' | 'limits'>) {}

  /** Opens session, prompt, instructions, history and the audio block, which stays open. */
  open({ instructions, voiceId, maxTokens, tools, history }: NovaOpening): string[] {
    this.expect('new');
    this.state = 'open';
    return [
      event('sessionStart', {
        inferenceConfiguration: { maxTokens, topP: 0.9, temperature: 0.7 },
        ...(this.profile.turnDetection ? { turnDetectionConfiguration: { endpointingSensitivity: 'MEDIUM' } } : {}),
      }),
      event('promptStart', {
        promptName: this.promptName,
        textOutputConfiguration: { mediaType: 'text/plain' },
        audioOutputConfiguration: { ...pcm(AUDIO.outputSampleRateHz), voiceId },
        ...(tools.length === 0 ? {} : toolsOf(tools)),
      }),
      ...this.textBlock('SYSTEM', false, pieces(instructions, this.profile.limits.instructionsPieceBytes)),
      ...history.flatMap(({ role, pieces }) => this.textBlock(role, false, pieces)),
      event('contentStart', {
        ...this.block(this.audioName),
        type: 'AUDIO',
        interactive: true,
        role: 'USER',
        audioInputConfiguration: pcm(AUDIO.inputSampleRateHz),
      }),
    ];
  }

  /** One piece of the caller's audio: PCM16, 16 kHz, mono. */
  audio(frame: Buffer): string {
    this.expect('open');
    this.heard = true;
    return `${this.audioHead}${frame.toString('base64')}"}}}`;
  }

  /** Text the person typed during the call; the model answers it. */
  text(content: string): string[] {
    this.expect('open');
    return this.textBlock('USER', true, pieces(content, this.profile.limits.history.pieceBytes));
  }

  /** The result of a tool, as one block. */
  toolResult(toolUseId: string, result: object): string[] {
    this.expect('open');
    const name = randomUUID();
    return [
      event('contentStart', {
        ...this.block(name),
        interactive: false,
        type: 'TOOL',
        role: 'TOOL',
        toolResultInputConfiguration: { toolUseId, type: 'TEXT', textInputConfiguration: { mediaType: 'text/plain' } },
      }),
      event('toolResult', { ...this.block(name), content: JSON.stringify(result) }),
      event('contentEnd', this.block(name)),
    ];
  }

  /** The legal end, from wherever the stream is. A block without data cannot be closed: it gets one silent frame. */
  end(): string[] {
    if (this.state !== 'open') return [];
    const silence = this.heard ? [] : [`${this.audioHead}${SILENT_FRAME}"}}}`];
    this.state = 'ended';
    return [
      ...silence,
      event('contentEnd', this.block(this.audioName)),
      event('promptEnd', { promptName: this.promptName }),
      event('sessionEnd', {}),
    ];
  }

  private block(contentName: string) {
    return { promptName: this.promptName, contentName };
  }

  private textBlock(role: 'SYSTEM' | 'USER' | 'ASSISTANT', interactive: boolean, content: readonly string[]): string[] {
    const name = randomUUID();
    return [
      event('contentStart', {
        ...this.block(name),
        type: 'TEXT',
        interactive,
        role,
        textInputConfiguration: { mediaType: 'text/plain' },
      }),
      ...content.map((piece) => event('textInput', { ...this.block(name), content: piece })),
      event('contentEnd', this.block(name)),
    ];
  }

  private expect(state: State): void {
    if (this.state !== state) throw new Error(`The Nova stream is ${this.state}, not ${state}`);
  }
}

const pcm = (sampleRateHertz: number) => ({
  mediaType: 'audio/lpcm',
  sampleRateHertz,
  sampleSizeBits: 16,
  channelCount: 1,
  encoding: 'base64',
  audioType: 'SPEECH',
});

const toolsOf = (tools: NovaOpening['tools']) => ({
  toolUseOutputConfiguration: { mediaType: 'application/json' },
  toolConfiguration: {
    tools: tools.map(({ name, description, inputSchemaJson }) => ({
      toolSpec: { name, description, inputSchema: { json: inputSchemaJson } },
    })),
    toolChoice: { auto: {} },
  },
});

/** A text in pieces of at most `bytes` UTF-8 bytes, cut between characters. At least one piece. */
export function pieces(text: string, bytes: number): string[] {
  const all: string[] = [];
  let piece = '';
  let size = 0;
  for (const character of text) {
    const length = Buffer.byteLength(character);
    if (size + length > bytes) {
      all.push(piece);
      piece = '';
      size = 0;
    }
    piece += character;
    size += length;
  }
  return piece === '' && all.length > 0 ? all : [...all, piece];
}
