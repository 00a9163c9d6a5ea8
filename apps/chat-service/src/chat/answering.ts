import { randomBytes, randomUUID } from 'node:crypto';
import {
  ANSWER_TIMEOUTS,
  buildInstructions,
  type AnswerTimeouts,
  type Assistant,
  type AssistantCatalog,
  type Budget,
  type Reservation,
} from '@parley/assistants';
import type { ConversationStore, GenerationClaim, GenerationClaims, HeldConversation } from '@parley/conversations';
import { ParleyError, asParleyError } from '@parley/errors';
import type { Author, ChatRequest, Message } from '@parley/protocol';
import { readTurn, type ChatTurn } from './chat-request';
import type { Following } from './following';
import type { Generations } from './generations';
import { beforeQuestion, historyTo } from './history';
import type { Producing } from './producing';
import type { Rescue } from './rescue';
import { saveTurn } from './saving-the-turn';
import { untilDone } from './until-done';

/** Reserved for what the model is told, until it is known. */
export const PROMPT_TOKENS = 2_000;

export interface AnsweringParts {
  store: Pick<ConversationStore, 'hold' | 'createHeld'>;
  assistants: AssistantCatalog;
  budget: Pick<Budget, 'reserve'>;
  claims: GenerationClaims;
  generations: Generations;
  producing: Pick<Producing, 'produce' | 'refuse'>;
  rescue: Pick<Rescue, 'rescue'>;
  following: Pick<Following, 'isTakenBack'>;
  /** Told of everything that somebody should look at, with its cause. */
  report: (what: string, cause: unknown) => void;
  timeouts?: AnswerTimeouts;
  now?: () => number;
}

/** What is known of a turn when its answer begins. */
interface Beginning {
  assistant: Assistant;
  instructions: string;
  said: Message | undefined;
  existing: HeldConversation | undefined;
  last: GenerationClaim | undefined;
}

const running = () => new ParleyError('generation_running', { retryAfterMs: 1_000 });

/** Answers what a person writes: saves it, has the model answer, keeps the answer. */
export class Answering {
  constructor(private readonly parts: AnsweringParts) {}

  /**
   * The generation that answers this request: a new one, or for a re-sent request the one that runs already, on whatever
   * replica, or that has answered it. What the person wrote is in the log when this resolves.
   *
   * @param said the message, where it is in the log already
   * @throws ParleyError `invalid_body`, `part_not_supported`, `too_large`, `assistant_not_found`, `assistant_off`,
   *   `conversation_not_found`, `generation_running`, `conflict`, `too_many_requests`, `budget_reached`, `store_unavailable`
   */
  async answer(author: Author, request: ChatRequest, said?: Message): Promise<GenerationClaim> {
    const { assistants } = this.parts;
    const turn = readTurn(request);
    const guest = author.kind === 'guest';
    const chosen = request.assistant === undefined ? undefined : assistants.get(request.assistant, { guest });
    const [conversation, current] = await Promise.all([
      this.existing(author, request.id),
      this.parts.claims.find(request.id),
    ]);
    const assistant = chosen ?? assistants.get(conversation?.assistant, { guest });
    // Made before anything is written: a context that is wrong or too large is the caller's to mend.
    const instructions = this.instructionsOf(assistant, request);

    // Of a conversation that is not this author's nothing is told, not even that somebody writes there.
    const last = conversation === undefined ? undefined : await this.assertAlive(current);
    if (last !== undefined && this.answers(last, turn)) {
      const isGone = last.state === 'ended' && (await this.parts.following.isTakenBack(author.id, last));
      if (isGone) throw new ParleyError('conflict');
      return last;
    }
    if (last?.state === 'running') throw running();
    return this.begin(author, turn, { assistant, instructions, said, existing: conversation, last });
  }

  /** Reserves, claims, saves what was asked, and has it answered. */
  private async begin(
    author: Author,
    turn: ChatTurn,
    { assistant, instructions, said, existing, last }: Beginning,
  ): Promise<GenerationClaim> {
    const { claims, store, generations, producing, report } = this.parts;
    const { conversationId } = turn;
    const generationId = randomUUID();
    const reservation = await this.reserve(author, assistant, generationId);
    let conversation: HeldConversation;
    let asked: Message;
    let claim: GenerationClaim | undefined;
    // Beside the writes that follow: what was said before is read by the time that the question is in the log.
    const before = existing && beforeQuestion(existing);
    try {
      // Who asks first in a room need not be who made it.
      conversation = existing ?? (await store.createHeld(author, { id: conversationId, assistant: assistant.id }));
      const draft = {
        ...{ conversationId, generationId, key: turn.key, head: conversation.head },
        ...{ principalId: author.id, assistant: assistant.id },
        ...(author.kind === 'guest' ? { guest: true as const } : {}),
      };
      claim = await claims.take(draft, last);
      if (claim === undefined) {
        // Somebody was first: perhaps the same request, sent twice at once.
        const first = await claims.find(conversationId);
        if (first === undefined || !this.answers(first, turn)) throw running();
        await reservation.settle(0);
        return first;
      }
      const work = { id: generationId, isRetry: last?.key === turn.key };
      asked = said ?? (await saveTurn(conversation, author, turn, work));
    } catch (error) {
      await reservation.settle(0);
      if (claim !== undefined) {
        const taken = claim;
        const release = () => claims.release(taken, last);
        await release().catch((cause: unknown) => {
          report('a claim could not be given back; it is tried again', cause);
          void untilDone(release);
        });
      }
      throw error;
    }
    const begun = claim;
    const askedAt = asked.seq > conversation.head ? asked.seq : undefined;
    const production = { conversation, askedAt, assistant, reservation };
    generations.run(begun, async (output) => {
      const history = await historyTo(asked, conversation, before).catch(asParleyError);
      if (history instanceof ParleyError) return producing.refuse(production, history, output);
      return producing.produce(begun, production, { history, instructions }, output);
    });
    return begun;
  }

  private instructionsOf(assistant: Assistant, { context, language }: ChatRequest): string {
    return buildInstructions(assistant, {
      mode: 'text',
      context,
      ...(language === undefined ? {} : { language }),
      now: this.now(),
      nonce: randomBytes(16).toString('hex'),
    });
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

  /**
   * Whether a generation is the answer to this turn already: it runs, or ended well, however long ago: then it is told from
   * the log. A regeneration is asked for in the same words each time.
   */
  private answers({ key, state, succeeded }: GenerationClaim, turn: ChatTurn): boolean {
    if (key !== turn.key) return false;
    return state === 'running' || (succeeded && turn.trigger === 'submit-message');
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

  private now(): number {
    return (this.parts.now ?? Date.now)();
  }
}
