import { randomUUID } from 'node:crypto';
import {
  BedrockRuntimeClient,
  InvokeModelWithBidirectionalStreamCommand,
  type InvokeModelWithBidirectionalStreamInput,
} from '@aws-sdk/client-bedrock-runtime';
import { joinSamples, samplesOf, toBase64 } from '../audio/pcm';
import { UtteranceFinder } from '../audio/utterances';

export interface OutputEvent {
  name: string;
  body: Record<string, unknown> & { content?: string; contentId?: string; stopReason?: string; type?: string };
}

export interface PromptSettings {
  tools?: { name: string; schema?: object }[];
  toolChoice?: object;
  history?: [role: 'USER' | 'ASSISTANT', text: string][];
  voiceId?: string;
  inputHz?: number;
  outputHz?: number;
}

const nothing = () => undefined;
/** Without it the SDK warns on the console of each failed stream, and here streams fail on purpose. */
export const quiet = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The unmodified client of AWS's SDK. */
export const bedrockClient = (endpoint: string, secretAccessKey = 'local', accessKeyId = 'local') =>
  new BedrockRuntimeClient({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId, secretAccessKey },
    authSchemePreference: ['sigv4'],
    logger: quiet,
  });

export const PROMPT = 'prompt-1';
export const AUDIO = 'audio-1';

/** A caller on the real SDK: says events, collects what comes back. */
export class VoiceCaller {
  readonly events: OutputEvent[] = [];
  /** What the stream ended with: an error, or nothing. Settles in any case. */
  readonly ended: Promise<Error | undefined>;
  readonly abort = new AbortController();
  /** How many events were said. */
  said = 0;
  private readonly queue: object[] = [];
  private wake: () => void = () => undefined;
  private closed = false;
  private waiters: (() => void)[] = [];

  constructor(client: BedrockRuntimeClient, modelId = 'amazon.nova-2-sonic-v1:0', faultHeader?: object | string) {
    const command = new InvokeModelWithBidirectionalStreamCommand({ modelId, body: this.input() });
    if (faultHeader !== undefined) {
      const value = typeof faultHeader === 'string' ? faultHeader : JSON.stringify(faultHeader);
      command.middlewareStack.add(
        (next) => (args) => {
          (args.request as { headers: Record<string, string> }).headers['x-sim-fault'] = value;
          return next(args);
        },
        // After signing, so that the header is like one of a proxy.
        { step: 'finalizeRequest', priority: 'low' },
      );
    }
    this.ended = this.read(client, command).then(
      () => undefined,
      (error: Error) => error,
    );
    void this.ended.then(() => {
      this.closed = true;
      this.wake();
      this.waiters.forEach((waiter) => waiter());
    });
  }

  say(name: string, body: object = {}): this {
    return this.raw({ event: { [name]: body } });
  }

  raw(message: object): this {
    this.said += 1;
    this.queue.push(message);
    this.wake();
    return this;
  }

  /** Everything from `sessionStart` to the open AUDIO block. */
  open(settings: PromptSettings = {}): this {
    this.say('sessionStart', { inferenceConfiguration: { maxTokens: 1024, topP: 0.9, temperature: 0.7 } });
    this.say('promptStart', promptStart(settings));
    this.text('SYSTEM', 'You are a friend.');
    for (const [role, text] of settings.history ?? []) this.text(role, text);
    return this.say('contentStart', audioStart(settings.inputHz));
  }

  text(role: string, content: string, interactive = false): this {
    const names = { promptName: PROMPT, contentName: randomUUID() };
    const textInputConfiguration = { mediaType: 'text/plain' };
    this.say('contentStart', { ...names, type: 'TEXT', interactive, role, textInputConfiguration });
    return this.say('textInput', { ...names, content }).say('contentEnd', names);
  }

  /** In frames of 32 ms, as the documentation recommends. */
  audio(samples: Int16Array): this {
    for (let at = 0; at < samples.length; at += 512) {
      const content = toBase64(samples.slice(at, at + 512));
      this.say('audioInput', { promptName: PROMPT, contentName: AUDIO, content });
    }
    return this;
  }

  /** Speech, and the silence that ends it. */
  speak(samples: Int16Array, rateHz = 16_000): this {
    return this.audio(joinSamples([samples, new Int16Array(rateHz * 0.7)]));
  }

  toolResult(toolUseId: string, content: string): this {
    const names = { promptName: PROMPT, contentName: randomUUID() };
    const toolResultInputConfiguration = {
      toolUseId,
      type: 'TEXT',
      textInputConfiguration: { mediaType: 'text/plain' },
    };
    this.say('contentStart', {
      ...names,
      interactive: false,
      type: 'TOOL',
      role: 'TOOL',
      toolResultInputConfiguration,
    });
    return this.say('toolResult', { ...names, content }).say('contentEnd', names);
  }

  /** The closing events in their order; the stream of events stays open. */
  leave(): this {
    this.say('contentEnd', { promptName: PROMPT, contentName: AUDIO });
    return this.say('promptEnd', { promptName: PROMPT }).say('sessionEnd');
  }

  hangUp(): void {
    this.closed = true;
    this.wake();
  }

  /** Resolves with the n-th event that matches; rejects when the stream ends without it. */
  async until(matches: (event: OutputEvent) => boolean, nth = 1): Promise<OutputEvent> {
    for (;;) {
      const found = this.events.filter(matches)[nth - 1];
      if (found) return found;
      if (this.closed) throw (await this.ended) ?? new Error(`The stream ended after: ${this.names().join(' ')}`);
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  turnEnd = (nth = 1) =>
    this.until(
      ({ name, body }) => name === 'contentEnd' && body.stopReason === 'END_TURN' && body.type === 'TEXT',
      nth,
    );

  names = () => this.events.map(({ name }) => name);

  /** All audio that came, joined. */
  heard = (): Int16Array =>
    joinSamples(
      this.events.flatMap(({ name, body }) =>
        name === 'audioOutput' ? [samplesOf(Buffer.from(String(body.content), 'base64'))] : [],
      ),
    );

  /** Texts with role and stage, in order. */
  texts(): string[] {
    return this.events.flatMap(({ name, body }, index) => {
      if (name !== 'textOutput') return [];
      const start = this.events.slice(0, index).findLast(({ body: { contentId } }) => contentId === body.contentId);
      const fields = JSON.parse(String(start?.body.additionalModelFields)) as { generationStage: string };
      return [`${String(body.role)} ${fields.generationStage}: ${String(body.content)}`];
    });
  }

  private async *input(): AsyncGenerator<InvokeModelWithBidirectionalStreamInput> {
    while (!this.closed || this.queue.length > 0) {
      const next = this.queue.shift();
      if (next) yield { chunk: { bytes: Buffer.from(JSON.stringify(next)) } };
      else await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private async read(client: BedrockRuntimeClient, command: InvokeModelWithBidirectionalStreamCommand): Promise<void> {
    const { body } = await client.send(command, { abortSignal: this.abort.signal });
    for await (const { chunk } of body ?? []) {
      const parsed = JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()) as { event: Record<string, never> };
      const [name, inner] = Object.entries(parsed.event)[0] as [string, OutputEvent['body']];
      this.events.push({ name, body: inner });
      this.waiters.splice(0).forEach((waiter) => waiter());
    }
  }
}

export function promptStart({ tools, toolChoice, voiceId = 'tiffany', outputHz = 24_000 }: PromptSettings = {}) {
  return {
    promptName: PROMPT,
    textOutputConfiguration: { mediaType: 'text/plain' },
    audioOutputConfiguration: { ...lpcm(outputHz), voiceId },
    ...(tools && {
      toolUseOutputConfiguration: { mediaType: 'application/json' },
      toolConfiguration: {
        tools: tools.map(({ name, schema = { type: 'object' } }) => ({
          toolSpec: { name, description: 'A tool.', inputSchema: { json: JSON.stringify(schema) } },
        })),
        ...(toolChoice && { toolChoice }),
      },
    }),
  };
}

export const audioStart = (rateHz = 16_000) => ({
  promptName: PROMPT,
  contentName: AUDIO,
  type: 'AUDIO',
  interactive: true,
  role: 'USER',
  audioInputConfiguration: lpcm(rateHz),
});

const lpcm = (sampleRateHertz: number) => ({
  mediaType: 'audio/lpcm',
  sampleRateHertz,
  sampleSizeBits: 16,
  channelCount: 1,
  audioType: 'SPEECH',
  encoding: 'base64',
});

/** The one utterance in `samples` as the simulator cuts it out of the stream; computed frame by frame, as it does. */
export function utteranceIn(samples: Int16Array, rateHz = 16_000): Int16Array {
  const finder = new UtteranceFinder(rateHz);
  const events = [...finder.push(samples), ...finder.push(new Int16Array(rateHz * 0.7))];
  const end = events.find(({ type }) => type === 'speechEnd');
  if (end?.type !== 'speechEnd') throw new Error('There is no utterance in it');
  return end.utterance.samples;
}
