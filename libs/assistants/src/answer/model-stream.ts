import {
  experimental_streamTextLowMemory as streamText,
  isStepCount,
  toUIMessageChunk,
  type LanguageModel,
  type LanguageModelUsage,
  type TextStreamPart,
  type ToolSet,
  type UIMessageChunk,
} from 'ai';
import type { Assistant } from '../domain/assistant';
import type { Turn } from '../domain/history';
import type { Tool } from '../domain/tool';
import { ANSWER_TIMEOUTS, type AnswerEnd, type AnswerTimeouts } from './answer';
import { errorCodeOf, isToolCallError } from './error-code';
import { sdkTools } from './sdk-tools';
import type { AnswerWatch } from './watch';

/** Before a step's first piece, at most this many times again: 429, 5xx and lost connections. */
const MAX_RETRIES = 2;

export interface ModelStream {
  /** To be read once. Throws what broke the provider's connection. */
  chunks: AsyncIterable<UIMessageChunk>;
  /** The error behind an `error` chunk. */
  lastError(): unknown;
  /** How it went, once `chunks` has ended without an error. */
  verdict(): Pick<AnswerEnd, 'outcome' | 'errorCode' | 'cause' | 'finishReason' | 'usage'>;
  /** Model calls that were begun. */
  steps(): number;
}

interface ModelRequest {
  assistant: Pick<Assistant, 'limits'>;
  model: LanguageModel;
  turns: readonly Turn[];
  instructions: string;
  tools?: readonly Tool[];
  principalId: string;
  conversationId: string;
  abort: AbortSignal;
  watch: AnswerWatch;
  timeouts?: AnswerTimeouts;
  maxRetries?: number;
  report?: (what: string, cause: unknown) => void;
}

/** Reasons for which a model ends an answer that is whole. With any other it broke off. */
const WHOLE = new Set(['stop', 'length', 'content-filter', 'tool-calls']);

/**
 * The model's stream through the AI SDK, a part at a time. Not through the SDK's own chain of UI streams: each of its links
 * is a `TransformStream`, which together cost more than all that the service does with a piece of text.
 */
export function modelStream(request: ModelRequest): ModelStream {
  const { watch, report = () => undefined } = request;
  let lastError: unknown;
  let end: Extract<TextStreamPart<ToolSet>, { type: 'finish' }> | undefined;
  let steps = 0;

  const onError = (error: unknown): string => {
    if (isToolCallError(error)) {
      report('the model called a tool that it does not have', error);
      return 'This tool cannot be used.';
    }
    lastError = error;
    return errorCodeOf(error);
  };
  const options = { sendStart: false, sendFinish: false, sendReasoning: false, sendSources: true, onError };
  /** The SDK says of such a call also that the tool failed. */
  const invalidCalls = new Set<string>();

  return {
    chunks: (async function* () {
      for await (const part of partsOf(request, report)) {
        watch.see(part);
        if (part.type === 'start-step') steps += 1;
        if (part.type === 'finish') end = part;
        if (part.type === 'tool-call' && part.invalid === true) invalidCalls.add(part.toolCallId);
        if (part.type === 'tool-error' && invalidCalls.delete(part.toolCallId)) continue;
        const chunk = toUIMessageChunk(part, options);
        if (chunk !== undefined) yield chunk;
      }
    })(),
    lastError: () => lastError,
    steps: () => steps,
    verdict() {
      const broken = whyBroken(end);
      if (end === undefined || broken !== undefined) {
        return { outcome: 'failed', errorCode: 'model_unavailable', cause: new Error(broken) };
      }
      return { outcome: 'completed', finishReason: end.finishReason, usage: usageOf(end.totalUsage) };
    },
  };
}

/** Read by hand: an abort must end it also where the provider's stream does not hear of one. */
async function* partsOf(request: ModelRequest, report: (what: string, cause: unknown) => void) {
  const reader = callModel(request, report).stream.getReader();
  const cancel = () => void reader.cancel().catch(() => undefined);
  request.abort.addEventListener('abort', cancel, { once: true });
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

function callModel(request: ModelRequest, report: (what: string, cause: unknown) => void) {
  const { assistant, model, turns, instructions, tools = [], abort, principalId, conversationId } = request;
  const { toolMs } = request.timeouts ?? ANSWER_TIMEOUTS;
  // The one without replay: nobody reads it twice, and a second reader's copy would be held to the end.
  return streamText({
    model,
    instructions,
    messages: turns.map(({ role, text }) => ({ role, content: text })),
    ...(tools.length === 0
      ? {}
      : { tools: sdkTools(tools, { principalId, conversationId, signal: abort }, toolMs, report) }),
    stopWhen: isStepCount(assistant.limits.steps),
    maxOutputTokens: assistant.limits.maxOutputTokens,
    maxRetries: request.maxRetries ?? MAX_RETRIES,
    abortSignal: abort,
    // The SDK would print the provider's error; it is told in AnswerEnd.cause.
    onError: () => undefined,
  });
}

/**
 * Why an answer that ended without an error is not whole. Bedrock's stream that ends early and cleanly looks like this:
 * reason `other`, and no usage, as that comes last.
 */
function whyBroken(end: Extract<TextStreamPart<ToolSet>, { type: 'finish' }> | undefined): string | undefined {
  if (end === undefined) return 'the stream ended without an end of the answer';
  if (WHOLE.has(end.finishReason)) return undefined;
  if (end.finishReason === 'other' && usageOf(end.totalUsage) !== undefined) return undefined;
  return `the stream ended with the reason ${end.finishReason}`;
}

const usageOf = ({ inputTokens, outputTokens }: LanguageModelUsage) =>
  inputTokens === undefined || outputTokens === undefined ? undefined : { inputTokens, outputTokens };
