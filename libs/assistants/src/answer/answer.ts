import type { ErrorCode } from '@parley/errors';
import type { Part } from '@parley/protocol';

/** Times in milliseconds. Each bounds something else, and none has a default in the SDK: a stalled model hangs for ever. */
export interface AnswerTimeouts {
  /** From the start of a model call to its first content. Includes the waits between retries (2 s, then 4 s). */
  firstChunkMs: number;
  /** Between two pieces of content of one model call. */
  chunkMs: number;
  /** One run of a tool. */
  toolMs: number;
  /** The whole answer with all its steps and tools. */
  totalMs: number;
}

export const ANSWER_TIMEOUTS: AnswerTimeouts = {
  firstChunkMs: 20_000,
  chunkMs: 15_000,
  toolMs: 8_000,
  totalMs: 120_000,
};

export interface AnswerUsage {
  inputTokens: number;
  outputTokens: number;
}

/** How an answer ended. `parts` is what the reader has seen of it, with every part closed. */
export interface AnswerEnd {
  parts: Part[];
  text: string;
  /** `stopped`: by the signal, or because nobody reads any more. Its message is to be marked `interrupted`. */
  outcome: 'completed' | 'stopped' | 'failed';
  /** Of a failed answer: what the reader is told. */
  errorCode?: ErrorCode;
  /** Which of the request's models gave it. */
  modelIndex: number;
  /** For the log of the server only. */
  cause?: unknown;
  /** Why the model stopped, when it did: `stop`, `length`, `content-filter`, `tool-calls`. */
  finishReason?: string;
  /** The provider's own count; not known of an answer that was stopped or failed. */
  usage?: AnswerUsage;
  /** Four characters a token, prompt and answer, over all steps. For budgets when `usage` is missing. */
  estimatedUsage: AnswerUsage;
}
