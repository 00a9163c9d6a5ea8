import { setTimeout as sleep } from 'node:timers/promises';
import type { AssistantCatalog } from '@parley/assistants';
import type { GenerationClaim, LoggedChunk } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import type { Author, ChatRequest, Conversation, Message } from '@parley/protocol';
import { isAddressed } from './addressing';

export interface RoomAnswersParts {
  answering: { answer(author: Author, request: ChatRequest, said: Message): Promise<GenerationClaim> };
  following: {
    follow(claim: GenerationClaim, options: { after: number; signal: AbortSignal }): AsyncIterable<LoggedChunk>;
  };
  assistants: Pick<AssistantCatalog, 'get'>;
  /** Tells everybody in the room. */
  tell: (conversationId: string, event: 'delta', data: object) => void;
  /** How long to wait for the room's last answer before the next is asked for; 500 ms when left out. */
  waitMs?: number;
}

/** Who speaks to a busy assistant waits so often for its last answer, then is told that it is busy. */
const TRIES = 120;

/** An assistant as a member: answers who speaks to it, one after the other, and everybody reads along. */
export class RoomAnswers {
  private readonly over = new AbortController();

  constructor(private readonly parts: RoomAnswersParts) {}

  /** Whether a message in a conversation is for its assistant: always, where one person is alone with it. */
  isFor(conversation: Conversation, message: Pick<Message, 'parts'>): boolean {
    const { assistant, members } = conversation;
    if (assistant === undefined) return false;
    const people = members.filter(({ kind }) => kind !== 'assistant');
    return people.length === 1 || isAddressed(message.parts, [assistant, this.nameOf(assistant)]);
  }

  /**
   * Has a message answered that is in the log; what is written is told as it comes. Resolves after the last piece.
   *
   * @throws ParleyError as `Answering.answer` does, and with the code that ended the answer
   */
  async answer(author: Author, message: Message): Promise<void> {
    const { conversationId, clientId, id, parts } = message;
    const request: ChatRequest = {
      id: conversationId,
      messages: [{ id: clientId ?? id, role: 'user', parts }],
      trigger: 'submit-message',
    };
    const claim = await this.begin(author, request, message);
    let offset = 0;
    for await (const { json } of this.parts.following.follow(claim, { after: 0, signal: this.over.signal })) {
      const chunk = JSON.parse(json) as { type: string; delta?: string; errorText?: string };
      if (chunk.type === 'text-delta' && chunk.delta) {
        const delta = { conversationId, id: claim.generationId, offset, text: chunk.delta };
        this.parts.tell(conversationId, 'delta', delta);
        offset += chunk.delta.length;
      }
      if (chunk.type === 'error') throw failure(chunk.errorText);
    }
  }

  stop(): void {
    this.over.abort();
  }

  private async begin(author: Author, request: ChatRequest, said: Message): Promise<GenerationClaim> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.parts.answering.answer(author, request, said);
      } catch (error) {
        const isBusy = error instanceof ParleyError && error.code === 'generation_running';
        if (!isBusy || tries >= TRIES || this.over.signal.aborted) throw error;
        await sleep(this.parts.waitMs ?? 500, undefined, { ref: false });
      }
    }
  }

  private nameOf(id: string): string {
    try {
      return this.parts.assistants.get(id).name;
    } catch {
      return id;
    }
  }
}

const CODES = ['model_unavailable', 'model_timeout', 'store_unavailable', 'answer_interrupted'] as const;
const failure = (text: string | undefined) => new ParleyError(CODES.find((code) => code === text) ?? 'internal');
