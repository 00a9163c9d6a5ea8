import type { Counters } from '@parley/assistants';
import type { ConversationUpkeep } from '@parley/conversations';

const DAY_MS = 86_400_000;
/** A bit less than a day, so that it does not wander through the hours. */
const EVERY_MS = 23 * 3_600_000;

export interface RetentionParts {
  store: Pick<ConversationUpkeep, 'expire'>;
  counters: Pick<Counters, 'change'>;
  /** For ever without it. */
  days: number | undefined;
  now?: () => number;
}

/** Erases what an environment keeps no longer: once a day, by the first process that asks. */
export class Retention {
  constructor(private readonly parts: RetentionParts) {}

  async run(): Promise<void> {
    const { store, days, now = Date.now } = this.parts;
    if (days !== undefined && (await this.isMine(now()))) await store.expire(now() - days * DAY_MS);
  }

  private async isMine(now: number): Promise<boolean> {
    let isMine = false;
    await this.parts.counters.change<{ at: number }>('retention', 2 * DAY_MS, (last) => {
      isMine = now - (last?.at ?? 0) >= EVERY_MS;
      return isMine ? { at: now } : undefined;
    });
    return isMine;
  }
}
