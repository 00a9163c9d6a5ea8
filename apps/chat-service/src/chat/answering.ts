import { randomBytes, randomUUID } from 'node:crypto';
import {
  ANSWER_TIMEOUTS,
  buildInstructions,
  parseContext,
  streamAnswer,
  toolsOf,
  writeTitle,
  type AnswerEnd,
  type AnswerRequest,
  type AnswerTimeouts,
  type Assistant,
  type AssistantCatalog,
  type Budget,
  type ChatModels,
  type Reservation,
  type Tool,
  type UsageLedger,
} from '@parley/assistants';
import {
  GENERATION_KEPT_MS,
  type ConversationStore,
  type GenerationClaim,
  type GenerationClaims,
  type HeldConversation,
} from '@parley/conversations';
import { ParleyError, asParleyError } from '@parley/errors';
import { textOf, type Author, type ChatRequest, type Message } from '@parley/protocol';
import { readTurn, type ChatTurn } from './chat-request';
import type { Generations, ProducedChunk } from './generations';
import { authorOf, keepAnswer } from './keeping-the-answer';
import type { Rescue } from './rescue';
import { saveTurn } from './saving-the-turn';

/** A title may take this long; nobody waits for it but a process that leaves. */
const TITLE_MS = 10_000;
/** Reserved for what the model is told, until it is known. */
const PROMPT_TOKENS = 2_000;
/** Of the conversation, told to the model; its characters are bounded besides. */
const HISTORY_MESSAGES = 60;

export interface AnsweringParts {
  store: ConversationStore;
  assistants: AssistantCatalog;
  models: ChatModels;
  /** What an assistant's `default` means. */
  defaultModel: string;
  budget: Pick<Budget, 'reserve'>;
  usage: Pick<UsageLedger, 'record'>;
  tools: readonly Tool[];
  claims: GenerationClaims;
  generations: Generations;
  rescue: Pick<Rescue, 'rescue'>;
  /** Told of everything that somebody should look at, with its cause. */
  report: (what: string, cause: unknown) => void;
  onEnd?: (end: AnswerEnd, assistant: Assistant) => void;
  timeouts?: AnswerTimeouts;
  now?: () => number;
}

interface Production {
  /** What was said up to the question, and the question. */
  history: () => Promise<Message[]>;
  assistant: Assistant;
  context: unknown;
  language: string | undefined;
  reservation: Reservation;
  signal: AbortSignal;
}

const running = () => new ParleyError('generation_running', { retryAfterMs: 1_000 });

/** Answers what a person writes: saves it, has the model answer, keeps the answer. */
export class Answering {
  constructor(private readonly parts: AnsweringParts) {}

  /**
   * The generation that answers this request: a new one, or for a re-sent request the one that runs already, on whatever
   * replica. What the person wrote is in the log when this resolves.
   *
   * @throws ParleyError `invalid_body`, `part_not_supported`, `too_large`, `assistant_not_found`, `assistant_off`,
   *   `conversation_not_found`, `generation_running`, `too_many_requests`, `budget_reached`, `store_unavailable`
   */
  async answer(author: Author, request: ChatRequest): Promise<GenerationClaim> {
    const { assistants } = this.parts;
    const turn = readTurn(request);
    const guest = author.kind === 'guest';
    const chosen = request.assistant === undefined ? undefined : assistants.get(request.assistant, { guest });
    const [conversation, current] = await Promise.all([
      this.existing(author, request.id),
      this.parts.claims.find(request.id),
    ]);
    const assistant = chosen ?? assistants.get(conversation?.assistant, { guest });
    // Checked before anything is written: a wrong context is the caller's to mend.
    parseContext(assistant, request.context);

    // Of a conversation that is not this author's nothing is told, not even that somebody writes there.
    const last = conversation === undefined ? undefined : await this.assertAlive(current);
    if (last !== undefined && this.answers(last, turn)) return last;
    if (last?.state === 'running') throw running();
    return this.begin(author, turn, assistant, request, { existing: conversation, last });
  }

  /** Reserves, claims, saves what was asked, and has it answered. */
  private async begin(
    author: Author,
    turn: ChatTurn,
    assistant: Assistant,
    { id: conversationId, context, language }: ChatRequest,
    { existing, last }: { existing: HeldConversation | undefined; last: GenerationClaim | undefined },
  ): Promise<GenerationClaim> {
    const { claims, store, generations, report } = this.parts;
    const generationId = randomUUID();
    const reservation = await this.reserve(author, assistant, generationId);
    let conversation: HeldConversation;
    let asked: Message | undefined;
    let claim: GenerationClaim | undefined;
    // Beside the writes that follow: what was said before is read by the time that the question is in the log.
    const before = existing?.lastMessages(HISTORY_MESSAGES).catch(() => undefined);
    try {
      // Who asks first in a room need not be who made it.
      conversation = existing ?? (await store.createHeld(author, { id: conversationId, assistant: assistant.id }));
      const draft = { conversationId, generationId, key: turn.key, principalId: author.id, assistant: assistant.id };
      claim = await claims.take(draft, last);
      if (claim === undefined) {
        // Somebody was first: perhaps the same request, sent twice at once.
        const first = await claims.find(conversationId);
        if (first === undefined || !this.answers(first, turn)) throw running();
        await reservation.settle(0);
        return first;
      }
      asked = await saveTurn(conversation, author, turn, generationId);
    } catch (error) {
      await reservation.settle(0);
      if (claim !== undefined) {
        await claims.release(claim).catch((cause: unknown) => {
          report('a claim could not be given back; its lease will run out', cause);
        });
      }
      throw error;
    }
    const begun = claim;
    const history = async () =>
      (await upTo(asked, conversation, before)) ?? conversation.lastMessages(HISTORY_MESSAGES);
    const production = { history, assistant, context, language, reservation };
    generations.run(begun, (signal) => this.produce(begun, { ...production, signal }));
    return begun;
  }

  private reserve({ id, kind }: Author, assistant: Assistant, generationId: string): Promise<Reservation> {
    return this.parts.budget.reserve({
      principalId: id,
      guest: kind === 'guest',
      assistant,
      id: generationId,
      tokens: assistant.limits.maxOutputTokens + PROMPT_TOKENS,
      leaseMs: 2 * (this.parts.timeouts ?? ANSWER_TIMEOUTS).totalMs,
    });
  }

  /** The claim as it is once somebody who died with it is cleared up after. */
  private async assertAlive(claim: GenerationClaim | undefined): Promise<GenerationClaim | undefined> {
    if (claim?.state !== 'running' || claim.leaseUntil >= this.now()) return claim;
    await this.parts.rescue.rescue(claim);
    return this.parts.claims.find(claim.conversationId);
  }

  /** Whether a generation is the answer to this turn already: it runs, or ended well a moment ago. */
  private answers({ key, state, succeeded, endedAt = 0 }: GenerationClaim, turn: ChatTurn): boolean {
    if (key !== turn.key) return false;
    if (state === 'running') return true;
    return succeeded && turn.trigger === 'submit-message' && this.now() - endedAt < GENERATION_KEPT_MS;
  }

  /** The author's conversation of this id; it is made with the first question that is admitted. */
  private async existing(author: Author, id: string): Promise<HeldConversation | undefined> {
    try {
      return await this.parts.store.hold(author.id, id);
    } catch (error) {
      if (error instanceof ParleyError && error.code === 'conversation_not_found') return undefined;
      throw error;
    }
  }

  private async *produce(
    claim: GenerationClaim,
    { history: read, assistant, context, language, reservation, signal }: Production,
  ): AsyncGenerator<ProducedChunk> {
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
      instructions: buildInstructions(assistant, {
        mode: 'text',
        context,
        ...(language === undefined ? {} : { language }),
        now: this.now(),
        nonce: randomBytes(16).toString('hex'),
      }),
      tools: toolsOf(assistant, tools),
      principalId,
      conversationId,
      signal,
      timeouts: this.parts.timeouts,
      report: this.parts.report,
      onEnd: async (ended) => {
        end = ended;
        const { inputTokens, outputTokens } = ended.usage ?? ended.estimatedUsage;
        await Promise.all([reservation.settle(inputTokens + outputTokens), this.keep(claim, assistant, ended)]);
      },
    });
    for await (const chunk of chunks) {
      const json = JSON.stringify(chunk);
      if (chunk.type !== 'finish' && chunk.type !== 'error') yield { json };
      else yield { json, end: { succeeded: chunk.type === 'finish' && end?.outcome !== 'failed' } };
    }
    if (end !== undefined) await this.after(claim, assistant, end, history);
  }

  private async keep(claim: GenerationClaim, assistant: Assistant, { outcome, text, parts, ...end }: AnswerEnd) {
    if (outcome === 'failed') this.parts.report(`an answer failed: ${end.errorCode}`, end.cause);
    if (text.trim() === '') return;
    await keepAnswer(this.parts.store, claim, assistant, { parts, interrupted: outcome !== 'completed' });
  }

  /** What nobody waits for. */
  private async after(claim: GenerationClaim, assistant: Assistant, end: AnswerEnd, history: readonly Message[]) {
    this.parts.onEnd?.(end, assistant);
    await this.record(claim, assistant, claim.generationId, end);
    const isFirst = history.length === 1 && end.outcome === 'completed' && end.text.trim() !== '';
    if (isFirst) await this.entitle(claim, assistant, textOf(history[0]!.parts), end.text);
  }

  /** Names the conversation after its first answer. It has a title already, the beginning of the question. */
  private async entitle(claim: GenerationClaim, assistant: Assistant, question: string, answer: string): Promise<void> {
    const { store, models, report } = this.parts;
    try {
      const { title, usage } = await writeTitle({
        model: models(assistant.model),
        question,
        answer,
        nonce: randomBytes(16).toString('hex'),
        signal: AbortSignal.timeout(TITLE_MS),
      });
      if (title !== undefined) await store.entitle(claim.principalId, claim.conversationId, title);
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
    await this.parts.usage.record(record).catch((error: unknown) => {
      this.parts.report('usage could not be written down', error);
    });
  }

  private now(): number {
    return (this.parts.now ?? Date.now)();
  }
}

/** What was said up to a new question, where nothing can have come between that and the question. */
async function upTo(asked: Message | undefined, { head }: HeldConversation, before?: Promise<Message[] | undefined>) {
  if (asked?.seq !== head + 1) return undefined;
  const said = head === 0 ? [] : await before;
  return said && [...said.filter(({ seq }) => seq <= head), asked].slice(-HISTORY_MESSAGES);
}

/** An assistant's own model, then its second one. */
const modelsOf = ({ model, fallback }: Assistant, models: ChatModels): AnswerRequest['models'] =>
  fallback === undefined ? [models(model)] : [models(model), models(fallback)];
