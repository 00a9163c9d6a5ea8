import { randomBytes } from 'node:crypto';
import {
  writeTitle,
  type AnswerEnd,
  type Assistant,
  type ChatModels,
  type RecordOptions,
  type Reservation,
  type UsageLedger,
} from '@parley/assistants';
import type { ConversationStore, GenerationClaim, HeldConversation } from '@parley/conversations';
import { isTerminal, type Chunk } from './answer-chunks';
import { keepAnswer, type Append } from './keeping-the-answer';
import type { Output } from './output';

/** A title may take this long; nobody waits for it but a process that leaves. */
const TITLE_MS = 10_000;

export interface WrittenAnswerParts {
  store: Pick<ConversationStore, 'append'>;
  models: ChatModels;
  /** What an assistant's `default` means. */
  defaultModel: string;
  usage: Pick<UsageLedger, 'record'>;
  /** Told of everything that somebody should look at, with its cause. */
  report: (what: string, cause: unknown) => void;
  onEnd?: (end: AnswerEnd, assistant: Assistant) => void;
  now?: () => number;
}

/** What an answer is written for, and where it is kept. */
export interface Production {
  conversation: HeldConversation;
  /** The `seq` of the question, where a new one was asked. */
  askedAt: number | undefined;
  assistant: Assistant;
  reservation: Reservation;
}

/** An answer on its way from the model: to its readers, and at its end into the log, with what it took. */
export class WrittenAnswer {
  private end: AnswerEnd | undefined;
  private last: Chunk = { type: 'error', errorText: 'internal' };

  /** @param firstQuestion that the conversation begins with, where this is the answer to that: it gets a title of both. */
  constructor(
    private readonly parts: WrittenAnswerParts,
    private readonly claim: GenerationClaim,
    private readonly production: Production,
    private readonly firstQuestion: string | undefined,
    private readonly output: Output,
  ) {}

  /** Writes a chunk out; the last one when all is done that is due before it. */
  write(chunk: Chunk): void {
    if (isTerminal(chunk)) this.last = chunk;
    else this.output.append(JSON.stringify(chunk));
  }

  /** Writes the last chunk, once that was given. What is left to do after it keeps nobody waiting. */
  async finish(): Promise<void> {
    const { last, end } = this;
    await this.output.end(JSON.stringify(last), { succeeded: last.type === 'finish' && end?.outcome !== 'failed' });
    if (end === undefined) return;
    this.parts.onEnd?.(end, this.production.assistant);
    await this.entitle(end);
  }

  /** Before its last chunk is written. @throws ParleyError of the log, if that does not take it. */
  async keep(end: AnswerEnd): Promise<void> {
    this.end = end;
    const { inputTokens, outputTokens } = end.usage ?? end.estimatedUsage;
    await Promise.all([
      this.production.reservation.settle(inputTokens + outputTokens),
      this.append(end),
      // While the claim is held: a deletion of the conversation waits for its end and takes this along.
      this.record(this.claim.generationId, end, { isClaimed: true }),
    ]);
  }

  private async append({ outcome, text, parts, errorCode, cause }: AnswerEnd): Promise<void> {
    const { principalId, conversationId } = this.claim;
    const { conversation, assistant, askedAt } = this.production;
    if (outcome === 'failed') this.parts.report(`an answer failed: ${errorCode}`, cause);
    if (text.trim() === '') return;
    const answer = { parts, interrupted: outcome !== 'completed' };
    // While it was written, others may have decided who belongs to a room.
    const anew: Append = (...entry) => this.parts.store.append(principalId, conversationId, ...entry);
    await keepAnswer(conversation.kind === 'room' ? anew : conversation.append, this.claim, assistant, answer, askedAt);
  }

  /** Names the conversation after its first answer. It has a title already, the beginning of the question. */
  private async entitle({ outcome, text }: AnswerEnd): Promise<void> {
    if (this.firstQuestion === undefined || outcome !== 'completed' || text.trim() === '') return;
    const { models, report } = this.parts;
    const { conversation, assistant, reservation } = this.production;
    try {
      const { title, usage } = await writeTitle({
        model: models(assistant.model),
        question: this.firstQuestion,
        answer: text,
        nonce: randomBytes(16).toString('hex'),
        signal: AbortSignal.timeout(TITLE_MS),
      });
      if (title !== undefined) await conversation.entitle(title);
      await Promise.all([
        reservation.settle(usage.inputTokens + usage.outputTokens),
        this.record(`title/${this.claim.generationId}`, { usage, estimatedUsage: usage, modelIndex: 0 }),
      ]);
    } catch (error) {
      report('a conversation keeps the title it has', error);
    }
  }

  private async record(
    id: string,
    { usage, estimatedUsage, modelIndex }: Pick<AnswerEnd, 'usage' | 'estimatedUsage' | 'modelIndex'>,
    circumstances?: RecordOptions,
  ): Promise<void> {
    const { principalId, conversationId } = this.claim;
    const { assistant } = this.production;
    const name = [assistant.model, assistant.fallback][modelIndex] ?? 'default';
    const record = {
      id,
      at: (this.parts.now ?? Date.now)(),
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
}
