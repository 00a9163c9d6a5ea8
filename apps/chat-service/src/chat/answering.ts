import { randomBytes, randomUUID } from 'node:crypto';
import {
  buildInstructions,
  parseContext,
  streamAnswer,
  toolsOf,
  type AnswerEnd,
  type AnswerRequest,
  type AnswerTimeouts,
  type Assistant,
  type AssistantCatalog,
  type ChatModels,
  type Tool,
} from '@parley/assistants';
import {
  GENERATION_KEPT_MS,
  type ConversationStore,
  type GenerationClaim,
  type GenerationClaims,
} from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import type { Author, ChatRequest, Conversation } from '@parley/protocol';
import { readTurn, type ChatTurn } from './chat-request';
import type { Generations, ProducedChunk } from './generations';
import { authorOf, keepAnswer } from './keeping-the-answer';
import type { Rescue } from './rescue';
import { saveTurn } from './saving-the-turn';

/** Others who took the place between a look and a claim; the next one is told that it is taken. */
const MAX_RACES = 3;
/** Of the conversation, told to the model; its characters are bounded besides. */
const HISTORY_MESSAGES = 60;

export interface AnsweringParts {
  store: ConversationStore;
  assistants: AssistantCatalog;
  models: ChatModels;
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

/** Answers what a person writes: saves it, has the model answer, keeps the answer. */
export class Answering {
  constructor(private readonly parts: AnsweringParts) {}

  /**
   * The generation that answers this request: a new one, or for a re-sent request the one that runs already, on whatever
   * replica. What the person wrote is in the log when this resolves.
   *
   * @throws ParleyError `invalid_body`, `part_not_supported`, `too_large`, `assistant_not_found`,
   *   `conversation_not_found`, `generation_running`, `store_unavailable`
   */
  async answer(author: Author, request: ChatRequest): Promise<GenerationClaim> {
    const { assistants } = this.parts;
    const turn = readTurn(request);
    const chosen = request.assistant === undefined ? undefined : assistants.get(request.assistant);
    const conversation = await this.open(author, request.id, chosen);
    const assistant = chosen ?? assistants.get(conversation.assistant);
    // Checked before anything is written: a wrong context is the caller's to mend.
    parseContext(assistant, request.context);

    const claim = await this.claim(author, conversation.id, turn, assistant);
    if (!claim.isNew) return claim;
    await this.begin(claim, () => saveTurn(this.parts.store, author, conversation.id, turn, claim.generationId));
    this.parts.generations.run(claim, (signal) => this.produce(claim, assistant, request.context, signal));
    return claim;
  }

  /** The conversation's place for this turn, or who has it for the very same one. */
  private async claim(
    author: Author,
    conversationId: string,
    turn: ChatTurn,
    assistant: Assistant,
  ): Promise<GenerationClaim & { isNew: boolean }> {
    const { claims, rescue } = this.parts;
    const draft = { conversationId, key: turn.key, principalId: author.id, assistant: assistant.id };
    let current = await claims.find(conversationId);
    for (let attempt = 0; attempt < MAX_RACES; attempt += 1) {
      if (current?.state === 'running' && current.leaseUntil < this.now()) {
        await rescue.rescue(current);
        current = await claims.find(conversationId);
      }
      if (current !== undefined && this.answers(current, turn)) return { ...current, isNew: false };
      if (current?.state === 'running') break;
      const claim = await claims.take({ ...draft, generationId: randomUUID() }, current);
      if (claim !== undefined) return { ...claim, isNew: true };
      current = await claims.find(conversationId);
    }
    throw new ParleyError('generation_running', { retryAfterMs: 1_000 });
  }

  /** Whether a generation is the answer to this turn already: it runs, or ended well a moment ago. */
  private answers({ key, state, succeeded, endedAt = 0 }: GenerationClaim, turn: ChatTurn): boolean {
    if (key !== turn.key) return false;
    if (state === 'running') return true;
    return succeeded && turn.trigger === 'submit-message' && this.now() - endedAt < GENERATION_KEPT_MS;
  }

  /** What comes before the first chunk; if it fails, nothing was begun. */
  private async begin(claim: GenerationClaim, prepare: () => Promise<void>): Promise<void> {
    try {
      await prepare();
    } catch (error) {
      await this.parts.claims.release(claim).catch((cause: unknown) => {
        this.parts.report('a claim could not be given back; its lease will run out', cause);
      });
      throw error;
    }
  }

  /** The conversation of this id; made on first use, for an id that nobody has. */
  private async open(author: Author, id: string, assistant: Assistant | undefined): Promise<Conversation> {
    try {
      return await this.parts.store.get(author.id, id);
    } catch (error) {
      if (!(error instanceof ParleyError) || error.code !== 'conversation_not_found') throw error;
    }
    return this.parts.store.create(author, { id, assistant: (assistant ?? this.parts.assistants.get()).id });
  }

  private async *produce(
    claim: GenerationClaim,
    assistant: Assistant,
    context: unknown,
    signal: AbortSignal,
  ): AsyncGenerator<ProducedChunk> {
    const { store, models, tools } = this.parts;
    const { principalId, conversationId, generationId } = claim;
    let end: AnswerEnd | undefined;
    const chunks = streamAnswer({
      assistant,
      models: modelsOf(assistant, models),
      messageId: generationId,
      messageMetadata: { author: authorOf(assistant) },
      history: await store.lastMessages(principalId, conversationId, HISTORY_MESSAGES),
      instructions: buildInstructions(assistant, {
        mode: 'text',
        context,
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
        if (ended.outcome === 'failed') this.parts.report(`an answer failed: ${ended.errorCode}`, ended.cause);
        if (ended.text.trim() !== '') {
          const interrupted = ended.outcome !== 'completed';
          await keepAnswer(store, claim, assistant, { parts: ended.parts, interrupted });
        }
        this.parts.onEnd?.(ended, assistant);
      },
    });
    for await (const chunk of chunks) {
      const json = JSON.stringify(chunk);
      if (chunk.type !== 'finish' && chunk.type !== 'error') yield { json };
      else yield { json, end: { succeeded: chunk.type === 'finish' && end?.outcome !== 'failed' } };
    }
  }

  private now(): number {
    return (this.parts.now ?? Date.now)();
  }
}

/** An assistant's own model, then its second one. */
const modelsOf = ({ model, fallback }: Assistant, models: ChatModels): AnswerRequest['models'] =>
  fallback === undefined ? [models(model)] : [models(model), models(fallback)];
