import type { Assistant, Budget, UsageLedger } from '@parley/assistants';
import type { GenerationClaim } from '@parley/conversations';
import { PROMPT_TOKENS } from './answering';

export interface LostAnswersParts {
  budget: Pick<Budget, 'goOn'>;
  usage: Pick<UsageLedger, 'record'>;
  /** What an assistant's `default` means. */
  defaultModel: string;
  report: (what: string, cause: unknown) => void;
  now?: () => number;
}

/** Answers whose producer died with what it knew of them: they are counted all the same, and their places given back. */
export class LostAnswers {
  constructor(private readonly parts: LostAnswersParts) {}

  /**
   * To be called while the claim is held. Of the prompt nobody knows more than what was reserved for it. Never throws.
   *
   * @param characters of what there is of the answer
   */
  async count(
    { principalId, conversationId, generationId: id, guest }: GenerationClaim,
    assistant: Pick<Assistant, 'id' | 'model' | 'ceiling'>,
    characters: number,
  ): Promise<void> {
    const { budget, usage, defaultModel, report } = this.parts;
    const took = { inputTokens: PROMPT_TOKENS, outputTokens: Math.ceil(characters / 4) };
    const tokens = took.inputTokens + took.outputTokens;
    const model = assistant.model === 'default' ? defaultModel : assistant.model;
    const about = {
      id,
      at: (this.parts.now ?? Date.now)(),
      principalId,
      conversationId,
      assistant: assistant.id,
      model,
    };
    await Promise.all([
      budget.goOn({ id, principalId, guest: guest ?? false, assistant, tokens, leaseMs: 0 }).settle(tokens),
      usage.record({ ...about, ...took, isEstimated: true }, { isClaimed: true }).catch((error: unknown) => {
        report('usage could not be written down', error);
      }),
    ]);
  }
}
