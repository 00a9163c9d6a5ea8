import { AnswerParts, type AssistantCatalog } from '@parley/assistants';
import type { ConversationStore, GenerationClaim, GenerationClaims, GenerationLog } from '@parley/conversations';
import { textOf } from '@parley/protocol';
import { isTerminal } from './answer-chunks';
import { keepAnswer, type Append } from './keeping-the-answer';
import type { LostAnswers } from './lost-answers';

export interface RescueParts {
  claims: GenerationClaims;
  log: GenerationLog;
  store: ConversationStore;
  assistants: Pick<AssistantCatalog, 'all'>;
  lost: Pick<LostAnswers, 'count'>;
  report: (what: string, cause: unknown) => void;
}

type Chunk = Parameters<AnswerParts['add']>[0];

/** Told to the readers of an answer whose producer died: what there was of it is kept, and asking again makes sense. */
const BROKEN_OFF = JSON.stringify({ type: 'error', errorText: 'answer_interrupted' });

/** Finishes what a dead producer left: keeps the partial answer as such, counts it and tells its readers. */
export class Rescue {
  constructor(private readonly parts: RescueParts) {}

  /**
   * May be called by anybody who notices, at any time: one of them does it, and whatever stops half way is done again by
   * the next. `false` when the producer lives, or somebody else was first.
   */
  async rescue(claim: GenerationClaim): Promise<boolean> {
    const { claims, log, store, lost, report } = this.parts;
    const mine = await claims.takeOver(claim);
    if (mine === undefined) return false;
    const chunks = await log.snapshot(claim.generationId).catch((error: unknown) => {
      report('what a dead process wrote cannot be read', error);
      return [];
    });
    const answer = new AnswerParts();
    const read = chunks.map(({ json }) => JSON.parse(json) as Chunk);
    for (const chunk of read) answer.add(chunk);
    const closing = answer.closing();
    for (const chunk of closing) answer.add(chunk);
    const message = answer.message();
    const assistant = this.assistantOf(claim);
    if (textOf(message).trim() !== '') {
      const { principalId, conversationId } = mine;
      const append: Append = (...entry) => store.append(principalId, conversationId, ...entry);
      await keepAnswer(append, mine, assistant, { parts: message, interrupted: true });
    }
    await lost.count(mine, assistant, answer.characters);
    await claims.finish(mine, { succeeded: false });
    if (read.some(isTerminal)) return true;
    const writer = log.open(claim.generationId, { after: chunks.length });
    for (const chunk of closing) writer.append(JSON.stringify(chunk));
    await writer.end(BROKEN_OFF);
    return true;
  }

  /** Also one that this version does not have any more: its answer must not be in the way for ever. */
  private assistantOf({ assistant: id }: GenerationClaim) {
    const known = this.parts.assistants.all().find((assistant) => assistant.id === id);
    return known ?? { id, name: id, model: 'default' as const };
  }

  /** Everything that nobody reads and that its producer left. */
  async rescueAll(): Promise<void> {
    for await (const claim of this.parts.claims.abandoned()) await this.rescue(claim);
  }
}
