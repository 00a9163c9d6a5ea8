import { ParleyError, asParleyError } from '@parley/errors';
import { textOf, type Message } from '@parley/protocol';
import type { UIMessageChunk } from 'ai';
import type { Assistant } from '../domain/assistant';
import { shapeHistory, type Turn } from '../domain/history';
import type { Tool } from '../domain/tool';
import type { ChatModel } from '../models/chat-model';
import { ANSWER_TIMEOUTS, type AnswerEnd, type AnswerTimeouts } from './answer';
import { AnswerParts } from './answer-parts';
import { errorCodeOf } from './error-code';
import { ModelTurn } from './model-turn';
import { SourceParts } from './source-parts';
import { failed, verdictOf, type Verdict } from './verdict';
import { AnswerWatch, TotalWatch } from './watch';

/** Of the history that goes to the model. About 12,000 tokens. */
const HISTORY_CHARACTERS = 48_000;

export interface AnswerRequest {
  assistant: Pick<Assistant, 'limits'>;
  /** In this order: the next one answers when the one before failed with nothing of its answer seen. */
  models: readonly [ChatModel, ...ChatModel[]];
  /** Id of the message that is being written: the same in every replay of the stream, and in the log. */
  messageId: string;
  /** Told with the first chunk: what a reader should know of the message besides its parts, such as its author. */
  messageMetadata?: Record<string, unknown>;
  /** Ascending; the last one is the user's. */
  history: readonly Message[];
  /** What `buildInstructions` made. */
  instructions: string;
  tools?: readonly Tool[];
  /** For the tools: on whose behalf, and where. */
  principalId: string;
  conversationId: string;
  /** Stops the answer. */
  signal: AbortSignal;
  timeouts?: AnswerTimeouts;
  historyCharacters?: number;
  /** Repetitions of a model call that was refused before its first piece. */
  maxRetries?: number;
  /** Pieces of text of this time become one; see `MergedDeltas`. 0 leaves them as they are. */
  mergeMs?: number;
  /**
   * Told once how the answer ended, before the reader is: the last chunk waits for it. If it throws, that chunk is an
   * error with the thrown ParleyError's code, as the answer is then not kept.
   */
  onEnd: (end: AnswerEnd) => Promise<void> | void;
  /** Told of faults that did not end the answer, such as a failed tool. */
  report?: (what: string, cause: unknown) => void;
}

/**
 * One assistant message as a stream of AI SDK UI message chunks. It begins with `start`, closes every part it opens, and
 * ends with exactly one terminal chunk, whatever happens: `finish` when the model ended or the answer was stopped
 * (`finishReason` `interrupted`), `error` with a stable code when it failed or took too long. The provider's words never
 * get into it.
 *
 * The model is read as fast as it writes, whoever reads the stream: a slow reader must not run a generation into its
 * timeouts. Memory is bounded by the assistant's limits. Cancelling the stream stops the answer.
 */
export function streamAnswer(request: AnswerRequest): ReadableStream<UIMessageChunk> {
  const cancelled = new AbortController();
  return new ReadableStream<UIMessageChunk>({
    start(controller) {
      void new Answer(request, cancelled.signal, (chunk) => {
        if (!cancelled.signal.aborted) controller.enqueue(chunk);
      })
        .run()
        .then(() => {
          if (!cancelled.signal.aborted) controller.close();
        });
    },
    cancel() {
      cancelled.abort();
    },
  });
}

class Answer {
  private readonly parts = new AnswerParts();
  private readonly stop: AbortSignal;
  private readonly total: TotalWatch;
  private readonly sources: SourceParts;
  /** Something of the answer was seen: from here on no other model may begin anew. */
  private isBegun = false;
  /** Of the model that is being asked. */
  private watch!: AnswerWatch;
  private abort!: AbortSignal;
  private over!: AbortController;

  constructor(
    private readonly request: AnswerRequest,
    cancelled: AbortSignal,
    private readonly write: (chunk: UIMessageChunk) => void,
  ) {
    this.stop = AbortSignal.any([request.signal, cancelled]);
    this.total = new TotalWatch((request.timeouts ?? ANSWER_TIMEOUTS).totalMs);
    this.sources = new SourceParts(request.tools ?? []);
  }

  async run(): Promise<void> {
    const { messageId, messageMetadata, models, historyCharacters = HISTORY_CHARACTERS } = this.request;
    this.write({ type: 'start', messageId, ...(messageMetadata === undefined ? {} : { messageMetadata }) });
    const turns = shapeHistory(this.request.history, { characters: historyCharacters });

    let verdict: Verdict | undefined;
    let steps = 0;
    let modelIndex = 0;
    for (const [index, model] of models.entries()) {
      modelIndex = index;
      const turn = this.begin(model, turns);
      verdict = await this.read(turn);
      this.watch.stop();
      this.over.abort();
      steps += Math.max(1, turn.steps);
      if (verdict.outcome !== 'failed' || this.isBegun || this.total.signal.aborted) break;
      if (index < models.length - 1) this.request.report?.('a model failed; the next one answers', verdict.cause);
    }
    this.total.stop();
    for (const chunk of this.parts.closing()) this.pass(chunk);

    const prompt = turns.reduce((sum, { text }) => sum + text.length, this.request.instructions.length);
    const parts = this.parts.message();
    const estimatedUsage = {
      inputTokens: Math.ceil((prompt * steps) / 4),
      outputTokens: Math.ceil(this.parts.characters / 4),
    };
    this.write(await this.terminal({ parts, text: textOf(parts), ...verdict!, modelIndex, estimatedUsage }));
  }

  /** One model's attempt, with its own time for the first piece, within the whole time. */
  private begin(model: ChatModel, turns: readonly Turn[]): ModelTurn {
    this.watch = new AnswerWatch(this.request.timeouts ?? ANSWER_TIMEOUTS);
    this.over = new AbortController();
    this.abort = AbortSignal.any([this.stop, this.total.signal, this.watch.signal]);
    const abort = AbortSignal.any([this.abort, this.over.signal]);
    return new ModelTurn({ ...this.request, model, turns, abort, watch: this.watch });
  }

  /** Passes on what the model gives, to its end or ours: what hangs in the model's stream must not hang the reader too. */
  private read(turn: ModelTurn): Promise<Verdict> {
    const cut = Promise.withResolvers<Verdict>();
    this.abort.addEventListener('abort', () => cut.resolve(this.cut()), { once: true });
    if (this.abort.aborted) cut.resolve(this.cut());
    return Promise.race([cut.promise, this.take(turn, this.abort)]);
  }

  private async take(turn: ModelTurn, abort: AbortSignal): Promise<Verdict> {
    try {
      const end = await turn.take((chunk) => {
        // The race is decided: what still comes is nobody's.
        if (!abort.aborted) this.pass(chunk);
      });
      return verdictOf(end);
    } catch (cause) {
      return failed(errorCodeOf(cause), cause);
    }
  }

  private cut(): Verdict {
    if (this.stop.aborted) return { outcome: 'stopped' };
    const expired = [this.total.signal, this.watch.signal].find(({ aborted }) => aborted);
    const cause: unknown = expired?.reason ?? new Error('the model call was aborted');
    return failed(errorCodeOf(cause), cause);
  }

  private async terminal(end: AnswerEnd): Promise<UIMessageChunk> {
    try {
      await this.request.onEnd(end);
    } catch (error) {
      if (!(error instanceof ParleyError)) this.request.report?.('the end of an answer was not taken', error);
      return { type: 'error', errorText: asParleyError(error).code };
    }
    if (end.outcome === 'failed') return { type: 'error', errorText: end.errorCode ?? 'internal' };
    const finishReason = end.outcome === 'stopped' ? 'interrupted' : end.finishReason;
    return { type: 'finish', finishReason: finishReason as 'stop' };
  }

  private pass(chunk: UIMessageChunk): void {
    // The next model begins its step in the one that is open already.
    if (chunk.type === 'start-step' && this.parts.isStepOpen) return;
    this.isBegun ||= !STEPS.has(chunk.type);
    this.parts.add(chunk);
    this.write(chunk);
    for (const source of this.sources.of(chunk)) this.pass(source);
  }
}

/** Chunks that say nothing of the answer yet. */
const STEPS: ReadonlySet<string> = new Set(['start-step', 'finish-step']);
