import type { UIMessageChunk } from 'ai';
import type { Tool } from '../domain/tool';
import type { ModelPart, ModelParts, Prompt } from '../models/chat-model';
import { MergedDeltas } from './merged-deltas';
import { callChunk, chunkOf } from './part-chunk';
import { StepRecord } from './step-record';
import { readCall, type ToolCall } from './tool-call';
import type { AnswerWatch } from './watch';

export type Finish = Extract<ModelPart, { type: 'finish' }>;

export interface StepRequest {
  tools: readonly Tool[];
  /** Told of each chunk for the reader. Must not throw. */
  pass: (chunk: UIMessageChunk) => void;
  watch: AnswerWatch;
  report: (what: string, cause: unknown) => void;
  mergeMs?: number;
}

/** With these reasons a model waits for its tools; with any other it was cut off, perhaps in the middle of a call. */
const WAITS: ReadonlySet<string | undefined> = new Set(['stop', 'tool-calls']);

/** One call of a model: what it streams, as chunks for the reader, and what of it the next call has to be told. */
export class ModelStep {
  private readonly record = new StepRecord();
  private readonly merged: MergedDeltas;
  /** Of this service's tools, in the model's order. */
  private readonly calls: ToolCall[] = [];
  private isBegun = false;
  private finish: Finish | undefined;

  constructor(private readonly request: StepRequest) {
    this.merged = new MergedDeltas((part) => this.tell(part), request.mergeMs);
  }

  /**
   * Reads what the model answers to its end, or to ours.
   *
   * @throws what the provider reported, what broke its connection, an Error for a stream that ends without a word, or why
   *   `signal` aborted
   */
  async read(parts: ModelParts, signal: AbortSignal): Promise<Finish> {
    try {
      await parts.read((part) => this.take(part), signal);
    } finally {
      // What came before a connection broke is passed on before the break is.
      this.merged.flush();
    }
    if (this.finish === undefined) throw new Error('the stream ended without an end of the answer');
    return this.finish;
  }

  /** The calls that are to be run. */
  get due(): ToolCall[] {
    if (!WAITS.has(this.finish?.finishReason.unified)) return [];
    return this.calls.filter(({ error }) => error === undefined);
  }

  /** To be told of what a tool gave. */
  answer({ called }: ToolCall, output: object): void {
    const { toolCallId, providerMetadata } = called;
    this.request.watch.see({ type: 'tool-result' });
    this.request.pass({
      type: 'tool-output-available',
      toolCallId,
      output,
      ...(providerMetadata === undefined ? {} : { providerMetadata }),
    });
    this.record.addResult(called, { type: 'json', value: output as never });
  }

  /** What the next prompt ends with; `undefined` when the model waits for no tool, or was cut off. */
  get next(): Prompt | undefined {
    if (this.calls.length === 0 || this.finish?.finishReason.unified === 'interrupted') return undefined;
    return this.record.messages(this.calls.map(({ called }) => called.toolCallId));
  }

  private take(part: ModelPart): void {
    if (!this.isBegun && part.type !== 'stream-start') {
      this.isBegun = true;
      this.request.pass({ type: 'start-step' });
    }
    switch (part.type) {
      case 'stream-start':
        if (part.warnings.length > 0)
          this.request.report('a model does not do all it is asked for', new Error(namesOf(part.warnings)));
        return;
      case 'error':
        throw asError(part.error);
      case 'finish':
        this.finish = part;
        return;
      case 'response-metadata':
      case 'raw':
        return;
    }
    if (part.type === 'text-delta' && part.delta === '' && part.providerMetadata === undefined) return;
    this.record.add(part);
    this.merged.take(part);
  }

  private tell(part: ModelPart): void {
    this.request.watch.see(part);
    const chunk = part.type === 'tool-call' ? callChunk(this.call(part)) : chunkOf(part);
    if (chunk !== undefined) this.request.pass(chunk);
  }

  private call(part: Extract<ModelPart, { type: 'tool-call' }>): ToolCall {
    const { tools, report, watch } = this.request;
    const call = readCall(part, tools);
    const { input, error } = call;
    // Providers refuse a prompt whose calls have no object for arguments.
    this.record.addCall(part, error !== undefined && typeof input !== 'object' ? {} : input);
    if (error !== undefined) report('the model called a tool that it cannot use', error);
    if (part.providerExecuted === true) return call;
    this.calls.push(call);
    if (error !== undefined) {
      watch.see({ type: 'tool-error' });
      this.record.addResult(part, { type: 'error-text', value: error.message });
    }
    return call;
  }
}

/** What is not done: the names of features, which are the packages' own words. */
const namesOf = (warnings: Extract<ModelPart, { type: 'stream-start' }>['warnings']): string =>
  warnings.map((warning) => ('feature' in warning ? `${warning.type}: ${warning.feature}` : warning.type)).join(', ');

/** Providers report in their streams whatever they like. Named as the SDK's own errors are, whose words no log tells. */
const asError = (error: unknown): Error => {
  if (error instanceof Error) return error;
  const text = typeof error === 'string' ? error : JSON.stringify(error);
  return Object.assign(new Error(text), { name: 'AI_StreamedError' });
};
