import { randomBytes } from 'node:crypto';
import {
  buildInstructions,
  parseContext,
  streamAnswer,
  toolsOf,
  type AnswerEnd,
  type AnswerTimeouts,
  type Assistant,
  type AssistantCatalog,
  type ChatModels,
  type Tool,
} from '@parley/assistants';
import type { ConversationStore } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import type { Author, ChatRequest, Conversation } from '@parley/protocol';
import { readTurn } from './chat-request';
import type { Generation } from './generation';
import type { Generations } from './generations';
import { saveTurn } from './saving-the-turn';

/** Of the conversation, told to the model; its characters are bounded besides. */
const HISTORY_MESSAGES = 60;

export interface AnsweringParts {
  store: ConversationStore;
  assistants: AssistantCatalog;
  models: ChatModels;
  tools: readonly Tool[];
  generations: Generations;
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
   * The generation that answers this request: a new one, or for a re-sent request the one that runs already. What the
   * person wrote is in the log when this resolves.
   *
   * @throws ParleyError `invalid_body`, `part_not_supported`, `too_large`, `assistant_not_found`,
   *   `conversation_not_found`, `generation_running`, `store_unavailable`
   */
  async answer(author: Author, request: ChatRequest): Promise<Generation> {
    const { store, assistants, generations } = this.parts;
    const turn = readTurn(request);
    const chosen = request.assistant === undefined ? undefined : assistants.get(request.assistant);
    const conversation = await this.open(author, request.id, chosen);
    const assistant = chosen ?? assistants.get(conversation.assistant);
    // Checked before anything is written: a wrong context is the caller's to mend.
    parseContext(assistant, request.context);

    const current = generations.find(conversation.id);
    if (current?.key === turn.key && (!current.ended || (current.succeeded && turn.trigger === 'submit-message')))
      return current;
    const generation = generations.reserve(conversation.id, turn.key);
    try {
      await saveTurn(store, author, conversation.id, turn, generation.id);
    } catch (error) {
      generations.release(conversation.id, generation);
      throw error;
    }
    generations.run(
      conversation.id,
      generation,
      () => this.generate(author, conversation.id, assistant, request.context, generation),
      (error) => this.parts.report('a generation has a bug', error),
    );
    return generation;
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

  private async generate(
    author: Author,
    id: string,
    assistant: Assistant,
    context: unknown,
    generation: Generation,
  ): Promise<void> {
    const { store, models, tools, now = Date.now } = this.parts;
    let end: AnswerEnd | undefined;
    const chunks = streamAnswer({
      assistant,
      model: models(assistant),
      messageId: generation.id,
      messageMetadata: { author: authorOf(assistant) },
      history: await store.lastMessages(author.id, id, HISTORY_MESSAGES),
      instructions: buildInstructions(assistant, {
        mode: 'text',
        context,
        now: now(),
        nonce: randomBytes(16).toString('hex'),
      }),
      tools: toolsOf(assistant, tools),
      principalId: author.id,
      conversationId: id,
      signal: generation.signal,
      timeouts: this.parts.timeouts,
      report: this.parts.report,
      onEnd: async (ended) => {
        end = ended;
        if (ended.outcome === 'failed') this.parts.report(`an answer failed: ${ended.errorCode}`, ended.cause);
        if (ended.text.trim() !== '') await this.keep(author, id, assistant, generation, ended);
        this.parts.onEnd?.(ended, assistant);
      },
    });
    for await (const chunk of chunks) {
      const json = JSON.stringify(chunk);
      if (chunk.type === 'finish' || chunk.type === 'error') {
        generation.end(json, { succeeded: chunk.type === 'finish' && end?.outcome !== 'failed' });
      } else generation.append(json);
    }
  }

  /** Keeps an answer, also a partial one: it was seen. */
  private async keep(
    author: Author,
    id: string,
    assistant: Assistant,
    generation: Generation,
    { parts, outcome }: AnswerEnd,
  ) {
    await this.parts.store.append(
      author.id,
      id,
      {
        type: 'message',
        id: generation.id,
        role: 'assistant',
        author: authorOf(assistant),
        parts,
        ...(outcome === 'completed' ? {} : { interrupted: true }),
      },
      `answer/${generation.id}`,
    );
  }
}

const authorOf = ({ id, name }: Assistant): Author => ({ kind: 'assistant', id, name });
