import { randomBytes } from 'node:crypto';
import {
  streamAnswer,
  toolsOf,
  writeTitle,
  type AnswerEnd,
  type AnswerRequest,
  type AnswerTimeouts,
  type Assistant,
  type ChatModels,
  type RecordOptions,
  type Reservation,
  type Tool,
  type UsageLedger,
} from '@parley/assistants';
import type { ConversationStore, GenerationClaim, HeldConversation } from '@parley/conversations';
import { ParleyError, asParleyError } from '@parley/errors';
import { textOf, type Message } from '@parley/protocol';
import type { ProducedChunk } from './generations';
import { authorOf, keepAnswer, type Append } from './keeping-the-answer';

/** A title may take this long; nobody waits for it but a process that leaves. */
const TITLE_MS = 10_000;

export interface ProducingParts {
  store: Pick<ConversationStore, 'append'>;
  models: ChatModels;
  /** What an assistant's `default` means. */
  defaultModel: string;
  usage: Pick<UsageLedger, 'record'>;
  tools: readonly Tool[];
  /** Told of everything that somebody should look at, with its cause. */
  report: (what: string, cause: unknown) => void;
  onEnd?: (end: AnswerEnd, assistant: Assistant) => void;
  timeouts?: AnswerTimeouts;
  now?: () => number;
}

/** An answer that is to be written. */
export interface Production {
  conversation: HeldConversation;
  /** The `seq` of the question, where a new one was asked. */
  askedAt: number | undefined;
  /** What was said up to the question, and the question. */
  history: () => Promise<Message[]>;
  assistant: Assistant;
  /** What `buildInstructions` made. */
  instructions: string;
  reservation: Reservation;
  signal: AbortSignal;
}

/** Has a model answer what was asked, and keeps what it answers and what that took. */
export class Producing {
  constructor(private readonly parts: ProducingParts) {}

  /** The chunks of the answer. What is left to do after the last one keeps nobody waiting. */
  async *produce(claim: GenerationClaim, production: Production): AsyncGenerator<ProducedChunk> {
    const { history: read, assistant, instructions, reservation, signal } = production;
    const { models, tools } = this.parts;
    const { principalId, conversationId, generationId } = claim;
    let end: AnswerEnd | undefined;
    const history = await read().catch(asParleyError);
    if (history instanceof ParleyError) {
      await reservation.settle(0);
      return yield { json: JSON.stringify({ type: 'error', errorText: history.code }), end: { succeeded: false } };
    }
    const chunks = streamAnswer({
      assistant,
      models: modelsOf(assistant, models),
      messageId: generationId,
      messageMetadata: { author: authorOf(assistant) },
      history,
      instructions,
      tools: toolsOf(assistant, tools),
      principalId,
      conversationId,
      signal,
      timeouts: this.parts.timeouts,
      report: this.parts.report,
      onEnd: async (ended) => {
        end = ended;
        const { inputTokens, outputTokens } = ended.usage ?? ended.estimatedUsage;
        await Promise.all([
          reservation.settle(inputTokens + outputTokens),
          this.keep(claim, production, ended),
          // While the claim is held: a deletion of the conversation waits for its end and takes this along.
          this.record(claim, assistant, claim.generationId, ended, { isClaimed: true }),
        ]);
      },
    });
    for await (const chunk of chunks) {
      const json = JSON.stringify(chunk);
      if (chunk.type !== 'finish' && chunk.type !== 'error') yield { json };
      else yield { json, end: { succeeded: chunk.type === 'finish' && end?.outcome !== 'failed' } };
    }
    if (end !== undefined) await this.after(claim, production, end, history);
  }

  private async keep(
    claim: GenerationClaim,
    { conversation, assistant, askedAt }: Production,
    { outcome, text, parts, ...end }: AnswerEnd,
  ) {
    const { principalId, conversationId } = claim;
    if (outcome === 'failed') this.parts.report(`an answer failed: ${end.errorCode}`, end.cause);
    if (text.trim() === '') return;
    const answer = { parts, interrupted: outcome !== 'completed' };
    // While it was written, others may have decided who belongs to a room.
    const anew: Append = (...entry) => this.parts.store.append(principalId, conversationId, ...entry);
    await keepAnswer(conversation.kind === 'room' ? anew : conversation.append, claim, assistant, answer, askedAt);
  }

  /** What nobody waits for. */
  private async after(claim: GenerationClaim, production: Production, end: AnswerEnd, history: readonly Message[]) {
    this.parts.onEnd?.(end, production.assistant);
    const isFirst = history.length === 1 && end.outcome === 'completed' && end.text.trim() !== '';
    if (isFirst && !production.conversation.isNamed)
      await this.entitle(claim, production, textOf(history[0]!.parts), end.text);
  }

  /** Names the conversation after its first answer. It has a title already, the beginning of the question. */
  private async entitle(
    claim: GenerationClaim,
    { conversation, assistant }: Production,
    question: string,
    answer: string,
  ): Promise<void> {
    const { models, report } = this.parts;
    try {
      const { title, usage } = await writeTitle({
        model: models(assistant.model),
        question,
        answer,
        nonce: randomBytes(16).toString('hex'),
        signal: AbortSignal.timeout(TITLE_MS),
      });
      if (title !== undefined) await conversation.entitle(title);
      const id = `title/${claim.generationId}`;
      await this.record(claim, assistant, id, { usage, estimatedUsage: usage, modelIndex: 0 });
    } catch (error) {
      report('a conversation keeps the title it has', error);
    }
  }

  private async record(
    { principalId, conversationId }: GenerationClaim,
    assistant: Assistant,
    id: string,
    { usage, estimatedUsage, modelIndex }: Pick<AnswerEnd, 'usage' | 'estimatedUsage' | 'modelIndex'>,
    circumstances?: RecordOptions,
  ): Promise<void> {
    const name = [assistant.model, assistant.fallback][modelIndex] ?? 'default';
    const record = {
      id,
      at: this.now(),
      principalId,
      conversationId,
      assistant: assistant.id,
      model: name === 'default' ? this.parts.defaultModel : name,
      ...(usage ?? estimatedUsage),
      isEstimated: usage === undefined,
    };
    await this.parts.usage.record(record, circumstances).catch((error: unknown) => {
      this.parts.report('usage could not be written down', error);
    });
  }

  private now(): number {
    return (this.parts.now ?? Date.now)();
  }
}

/** An assistant's own model, then its second one. */
const modelsOf = ({ model, fallback }: Assistant, models: ChatModels): AnswerRequest['models'] =>
  fallback === undefined ? [models(model)] : [models(model), models(fallback)];
