import {
  GENERATION_KEPT_MS,
  type ConversationStore,
  type GenerationClaim,
  type GenerationClaims,
  type GenerationLog,
  type LoggedChunk,
} from '@parley/conversations';
import { LIMITS, type Message } from '@parley/protocol';
import { answerChunks, brokenStream, isTerminal } from './answer-chunks';
import type { Rescue } from './rescue';

export interface FollowingParts {
  claims: GenerationClaims;
  log: GenerationLog;
  store: ConversationStore;
  rescue: Pick<Rescue, 'rescue'>;
  report: (what: string, cause: unknown) => void;
  now?: () => number;
  lookMs?: number;
}

/** A reader to whom nothing came for this long looks whether the producer still lives. */
const LOOK_MS = 1_000;
/** So often it looks in vain after the end, before it no longer believes that the log will tell it. */
const LAST_LOOKS = 3;

/** The place of a last chunk that the log does not know: who names it has been told the end, and comes back for nothing. */
const END = Number.MAX_SAFE_INTEGER;

/** Reading a generation, wherever it is produced, to exactly one last chunk. */
export class Following {
  constructor(private readonly parts: FollowingParts) {}

  /** The generation of a conversation that runs, or ended less than ten minutes ago and is still the last word. */
  async readable(principalId: string, conversationId: string): Promise<GenerationClaim | undefined> {
    const claim = await this.parts.claims.find(conversationId);
    if (claim?.state !== 'ended') return claim;
    if (this.isOver(claim)) return undefined;
    // Replaying an answer that something was said after would put it behind that in the reader's list.
    const [last] = await this.parts.store.lastMessages(principalId, conversationId, 1);
    if (last?.id === claim.generationId) return claim;
    if (last?.role === 'assistant' || (await this.isTakenBack(principalId, claim))) return undefined;
    return claim;
  }

  /** Whether an answer was kept and is not to be read any more: somebody deleted it, and its log must not tell it either. */
  async isTakenBack(
    principalId: string,
    { conversationId, generationId, head = 0 }: GenerationClaim,
  ): Promise<boolean> {
    const { store } = this.parts;
    if ((await store.findMessage(principalId, conversationId, generationId)) !== undefined) return false;
    const { items } = await store.page(principalId, conversationId, { after: head, limit: LIMITS.pageMax });
    return items.some(({ id }) => id === generationId);
  }

  /** Whether a reader who names this place has the last chunk already. A claim ends before that is written. */
  async isReadToEnd({ generationId, state }: GenerationClaim, place: number): Promise<boolean> {
    if (state !== 'ended' || place === 0) return false;
    if (place === END) return true;
    const last = (await this.parts.log.snapshot(generationId).catch(() => [])).at(-1);
    return last !== undefined && last.at <= place && isTerminal(JSON.parse(last.json) as { type: string });
  }

  /** All chunks behind a place, to the last one, or until `signal` aborts. */
  follow(claim: GenerationClaim, options: { after: number; signal: AbortSignal }): AsyncIterable<LoggedChunk> {
    // Written here, so its end comes by itself: nothing to look after.
    if (this.parts.log.has(claim.generationId)) return this.parts.log.read(claim.generationId, options);
    // Nobody has its chunks any more: there is nothing to wait for.
    if (this.isOver(claim)) return this.ending(claim, options.after);
    return this.followElsewhere(claim, options);
  }

  private async *followElsewhere(
    claim: GenerationClaim,
    { after, signal }: { after: number; signal: AbortSignal },
  ): AsyncGenerator<LoggedChunk> {
    const over = new AbortController();
    const reading = this.parts.log.read(claim.generationId, { after, signal: AbortSignal.any([signal, over.signal]) });
    let place = after;
    let lastLooks = 0;
    try {
      for (let next = reading.next(); ;) {
        const result = await within(this.parts.lookMs ?? LOOK_MS, next);
        if (result === undefined) {
          if (signal.aborted) return;
          const ended = await this.ended(claim);
          if (ended !== undefined && (lastLooks += 1) >= LAST_LOOKS) return yield* this.ending(ended, place);
          continue;
        }
        if (result.done) return;
        yield result.value;
        place = result.value.at;
        lastLooks = 0;
        next = reading.next();
      }
    } finally {
      over.abort();
    }
  }

  /** The claim, when nothing more is written under it. A producer found dead is cleared up after. */
  private async ended(claim: GenerationClaim): Promise<GenerationClaim | undefined> {
    try {
      const now = await this.parts.claims.find(claim.conversationId);
      // Its conversation is gone, or the next generation runs there already.
      if (now?.generationId !== claim.generationId) return { ...claim, state: 'ended' };
      if (now.state === 'ended') return now;
      if (now.leaseUntil < this.now()) await this.parts.rescue.rescue(now);
    } catch (error) {
      this.parts.report('it cannot be seen whether a generation lives', error);
    }
    return undefined;
  }

  /** The end as the conversation knows it, for a reader whom the log of the generation does not tell. */
  private async *ending(claim: GenerationClaim, place: number): AsyncGenerator<LoggedChunk> {
    const message = place === 0 ? await this.kept(claim) : undefined;
    const chunks = message === undefined ? [brokenStream()] : answerChunks(message, claim.succeeded);
    for (const [index, chunk] of chunks.entries()) {
      yield { at: isTerminal(chunk) ? END : place + index + 1, json: JSON.stringify(chunk) };
    }
  }

  private async kept({ principalId, conversationId, generationId }: GenerationClaim): Promise<Message | undefined> {
    return this.parts.store.findMessage(principalId, conversationId, generationId).catch((error: unknown) => {
      this.parts.report('an answer that was kept cannot be read', error);
      return undefined;
    });
  }

  /** It ended so long ago that its log is gone. */
  private isOver({ state, endedAt = 0 }: GenerationClaim): boolean {
    return state === 'ended' && this.now() - endedAt >= GENERATION_KEPT_MS;
  }

  private now(): number {
    return (this.parts.now ?? Date.now)();
  }
}

/** What a promise gives within a time, else `undefined`; the promise goes on. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
