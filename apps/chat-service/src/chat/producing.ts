import {
  streamAnswer,
  toolsOf,
  type AnswerEnd,
  type AnswerRequest,
  type AnswerTimeouts,
  type Assistant,
  type ChatModels,
  type Tool,
} from '@parley/assistants';
import type { GenerationClaim } from '@parley/conversations';
import type { ParleyError } from '@parley/errors';
import { textOf, type Message } from '@parley/protocol';
import { authorOf } from './keeping-the-answer';
import type { Output } from './output';
import { WrittenAnswer, type Production, type WrittenAnswerParts } from './written-answer';

export interface ProducingParts extends WrittenAnswerParts {
  models: ChatModels;
  tools: readonly Tool[];
  timeouts?: AnswerTimeouts;
}

/** What a model is asked with. */
export interface Question {
  /** What was said up to the question, and the question. */
  history: readonly Message[];
  /** What `buildInstructions` made. */
  instructions: string;
}

/** Has a model answer what was asked. */
export class Producing {
  constructor(private readonly parts: ProducingParts) {}

  /**
   * Resolves when nothing is left to do. It awaits nothing itself: a function that does holds what it was given meanwhile, and
   * of the question nothing is needed for as long as the answer is written.
   */
  produce(
    claim: GenerationClaim,
    production: Production,
    { history, instructions }: Question,
    output: Output,
  ): Promise<void> {
    const { assistant, conversation } = production;
    const { models, tools, timeouts, report } = this.parts;
    const { principalId, conversationId, generationId } = claim;
    const first = history.length === 1 && !conversation.isNamed ? textOf(history[0]!.parts) : undefined;
    const answer = new WrittenAnswer(this.parts, claim, production, first, output);
    const request = {
      assistant,
      models: modelsOf(assistant, models),
      messageId: generationId,
      messageMetadata: { author: authorOf(assistant) },
      history,
      instructions,
      tools: toolsOf(assistant, tools),
      principalId,
      conversationId,
      signal: output.signal,
      timeouts,
      report,
      onEnd: (end: AnswerEnd) => answer.keep(end),
    };
    return streamAnswer(request, (chunk) => answer.write(chunk)).then(() => answer.finish());
  }

  /** In place of an answer: why the model is not asked. */
  async refuse({ reservation }: Production, { code }: ParleyError, output: Output): Promise<void> {
    await reservation.settle(0);
    await output.end(JSON.stringify({ type: 'error', errorText: code }), { succeeded: false });
  }
}

/** An assistant's own model, then its second one. */
const modelsOf = ({ model, fallback }: Assistant, models: ChatModels): AnswerRequest['models'] =>
  fallback === undefined ? [models(model)] : [models(model), models(fallback)];
