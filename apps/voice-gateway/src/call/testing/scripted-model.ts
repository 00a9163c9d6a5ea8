import type { SpeechModel } from '../ports/speech-model.port';

type Written = Record<string, Record<string, unknown>>;
type Said = { event?: object; end?: true; error?: Error };

/** One stream to a model that the test plays: what was written into it, and what it says back. */
export class ScriptedStream {
  readonly written: Written[] = [];
  aborted = false;
  inputEnded = false;
  private readonly said: Said[] = [];
  private wake: (() => void) | undefined;

  constructor(input: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    void (async () => {
      for await (const bytes of input)
        this.written.push((JSON.parse(Buffer.from(bytes).toString()) as { event: Written }).event);
      this.inputEnded = true;
    })();
    signal.addEventListener('abort', () => {
      this.aborted = true;
      this.push({ end: true });
    });
  }

  say(...events: object[]): void {
    for (const event of events) this.push({ event });
  }
  end(): void {
    this.push({ end: true });
  }
  fail(name: string, message = ''): void {
    this.push({ error: Object.assign(new Error(message), { name }) });
  }

  /** Names of what was written, in order. */
  get names(): string[] {
    return this.written.map((event) => Object.keys(event)[0]!);
  }
  /** Contents of the text blocks with this role. */
  texts(role: string): string[] {
    const names = new Set(
      this.written.flatMap(({ contentStart }) =>
        contentStart?.['role'] === role ? [contentStart['contentName']] : [],
      ),
    );
    return this.written.flatMap(({ textInput }) =>
      textInput && names.has(textInput['contentName']) ? [textInput['content'] as string] : [],
    );
  }
  /** The audio that was written. */
  get heard(): Buffer {
    return Buffer.concat(
      this.written.flatMap(({ audioInput }) =>
        audioInput ? [Buffer.from(audioInput['content'] as string, 'base64')] : [],
      ),
    );
  }

  async *output(): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (this.said.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
      const next = this.said.shift()!;
      if (next.error) throw next.error;
      if (next.end) return;
      yield Buffer.from(JSON.stringify({ event: next.event }));
    }
  }

  private push(said: Said): void {
    this.said.push(said);
    this.wake?.();
  }
}

/** A model whose streams the test plays, in the order in which they were opened. */
export class ScriptedModel implements SpeechModel {
  readonly streams: ScriptedStream[] = [];

  open(input: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    const stream = new ScriptedStream(input, signal);
    this.streams.push(stream);
    return { output: stream.output() };
  }

  get last(): ScriptedStream {
    return this.streams.at(-1)!;
  }
}

/** The events of one text block. */
export const text = (
  id: string,
  role: 'USER' | 'ASSISTANT',
  stage: 'FINAL' | 'SPECULATIVE',
  content: string,
  stopReason = 'PARTIAL_TURN',
) => [
  {
    contentStart: {
      contentId: id,
      type: 'TEXT',
      role,
      additionalModelFields: JSON.stringify({ generationStage: stage }),
    },
  },
  { textOutput: { contentId: id, role, content } },
  { contentEnd: { contentId: id, type: 'TEXT', stopReason } },
];

/** The events of one audio block that is heard for `ms`. */
export const speech = (id: string, ms: number, stopReason = 'END_TURN') => [
  { contentStart: { contentId: id, type: 'AUDIO', role: 'ASSISTANT' } },
  { audioOutput: { contentId: id, content: Buffer.alloc(ms * 48, 1).toString('base64') } },
  { contentEnd: { contentId: id, type: 'AUDIO', stopReason } },
];

/** 32 ms of a voice, or of a silent room. */
export const loud = () => Buffer.alloc(1_024, 0x20);
export const quiet = () => Buffer.alloc(1_024);
