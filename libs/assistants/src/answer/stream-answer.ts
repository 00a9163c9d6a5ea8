import { ParleyError, asParleyError } from '@parley/errors';
import { textOf, type Message } from '@parley/protocol';
import type { UIMessageChunk } from 'ai';
import type { Assistant } from '../domain/assistant';
import { shapeHistory, type Turn } from '../domain/history';
import type { Tool } from '../domain/tool';
import type { ChatModel } from '../models/chat-model';
import { ANSWER_TIMEOUTS, type AnswerEnd, type AnswerTimeouts } from './answer';
import { AnswerParts } from './answer-parts';
import { ModelTimeout, errorCodeOf } from './error-code';
import { ModelTurn } from './model-turn';
import { SourceParts } from './source-parts';
import { failed, verdictOf, type Verdict } from './verdict';
import { AnswerWatch } from './watch';

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
 * One assistant message as AI SDK UI message chunks, each told in the moment it comes. It begins with `start`, closes every
 * part it opens, and ends with exactly one terminal chunk, whatever happens: `finish` when the model ended or the answer was
 * stopped (`finishReason` `interrupted`), `error` with a stable code when it failed or took too long. The provider's words
 * never get into it.
 *
 * The model is read as fast as it writes: a slow reader must not run a generation into its timeouts. Memory is bounded by the
 * assistant's limits.
 *
 * @param write must not throw
 * @returns when the last chunk was told
 */
export function streamAnswer(
  { history, historyCharacters = HISTORY_CHARACTERS, ...request }: AnswerRequest,
  write: (chunk: UIMessageChunk) => void,
): Promise<void> {
  // What was said before may be much, and is held as the model is told of it, not as it lies in the log.
  const turns = shapeHistory(history, { characters: historyCharacters });
  return new Answer({ ...request, turns }, write).run();
}

interface AnswerPlan extends Omit<AnswerRequest, 'history' | 'historyCharacters'> {
  turns: readonly Turn[];
}

class Answer {
  private readonly parts = new AnswerParts();
  private readonly sources: SourceParts;
  private readonly timeouts: AnswerTimeouts;
  /** Something of the answer was seen: from here on no other model may begin anew. */
  private isBegun = false;
  private steps = 0;
  /** How it was ended from without, whichever model was at it: by a stop, or by its whole time. */
  private ended: Verdict | undefined;
  /** Ends the attempt of the model that is at it. */
  private cut: (verdict: Verdict) => void = () => undefined;

  constructor(
    private readonly request: AnswerPlan,
    private readonly write: (chunk: UIMessageChunk) => void,
  ) {
    this.sources = new SourceParts(request.tools ?? []);
    this.timeouts = request.timeouts ?? ANSWER_TIMEOUTS;
  }

  private readonly stop = (): void => this.end({ outcome: 'stopped' });

  async run(): Promise<void> {
    const { messageId, messageMetadata, signal, turns, instructions } = this.request;
    const { totalMs } = this.timeouts;
    const total = setTimeout(() => this.end(late(new ModelTimeout('the answer', totalMs))), totalMs);
    signal.addEventListener('abort', this.stop);
    if (signal.aborted) this.stop();

    this.write({ type: 'start', messageId, ...(messageMetadata === undefined ? {} : { messageMetadata }) });
    const how = await this.ask();
    clearTimeout(total);
    signal.removeEventListener('abort', this.stop);
    for (const chunk of this.parts.closing()) this.pass(chunk);

    const prompt = turns.reduce((sum, { text }) => sum + text.length, instructions.length);
    const parts = this.parts.message();
    const estimatedUsage = {
      inputTokens: Math.ceil((prompt * this.steps) / 4),
      outputTokens: Math.ceil(this.parts.characters / 4),
    };
    this.write(await this.terminal({ parts, text: textOf(parts), ...how, estimatedUsage }));
  }

  /** One model after the other, until one answers or there is something of an answer. */
  private async ask(): Promise<Verdict & { modelIndex: number }> {
    const { models, report } = this.request;
    for (let modelIndex = 0; ; modelIndex += 1) {
      const verdict = await this.attempt(models[modelIndex]!);
      const isLast = verdict.outcome !== 'failed' || this.isBegun || this.ended !== undefined;
      if (isLast || modelIndex === models.length - 1) return { ...verdict, modelIndex };
      report?.('a model failed; the next one answers', verdict.cause);
    }
  }

  /**
   * One model's attempt, with its own time for the first piece, within the whole time: to its end or ours, as what hangs in
   * the model's stream must not hang the reader too.
   */
  private async attempt(model: ChatModel): Promise<Verdict> {
    const decided = Promise.withResolvers<Verdict>();
    const over = new AbortController();
    this.cut = (verdict) => {
      decided.resolve(verdict);
      over.abort();
    };
    const watch = new AnswerWatch(this.timeouts, (cause) => this.cut(late(cause)));
    const turn = new ModelTurn({ ...this.request, model, abort: over.signal, watch });
    if (this.ended !== undefined) this.cut(this.ended);
    void this.take(turn, over.signal).then(this.cut);
    const verdict = await decided.promise;
    watch.stop();
    this.steps += Math.max(1, turn.steps);
    return verdict;
  }

  private async take(turn: ModelTurn, over: AbortSignal): Promise<Verdict> {
    try {
      const end = await turn.take((chunk) => {
        // What still comes when it is decided is nobody's.
        if (!over.aborted) this.pass(chunk);
      });
      return verdictOf(end);
    } catch (cause) {
      return failed(errorCodeOf(cause), cause);
    }
  }

  private end(verdict: Verdict): void {
    this.ended ??= verdict;
    this.cut(this.ended);
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

const late = (cause: ModelTimeout): Verdict => failed(errorCodeOf(cause), cause);

/** Chunks that say nothing of the answer yet. */
const STEPS: ReadonlySet<string> = new Set(['start-step', 'finish-step']);
