import type { Ceilings } from '@parley/assistants';
import type { GenerationClaim } from '@parley/conversations';
import type { Generations } from '../chat/generations';

/** What the machine under the service does with a request that was answered. */
export interface Compute {
  /** Nothing runs between two requests, and no other process reads what this one writes: there is no log to resume from. */
  isFrozenBetweenRequests: boolean;
  /** To be awaited before a response ends. */
  settle(claim: GenerationClaim): Promise<void>;
}

/** A process that lives on. */
export const LIVING: Compute = { isFrozenBetweenRequests: false, settle: async () => undefined };

/** Lambda: what is not done when the response ends may never be done. */
export const frozen = (generations: Pick<Generations, 'done'>, ceilings: Pick<Ceilings, 'exchangeAll'>): Compute => ({
  isFrozenBetweenRequests: true,
  async settle(claim) {
    await generations.done(claim);
    await ceilings.exchangeAll();
  },
});
