import { ParleyError, asParleyError } from '@parley/errors';
import type { CallLog, Utterance } from './ports/call-log.port';

/** Pauses between the tries of one append; after the last the utterance is given up and the caller is told. */
const RETRY_MS = [200, 500, 1_000, 2_000, 4_000, 8_000];
/**
 * Refusals that the next utterance would meet too: the conversation was deleted, is no longer this person's, is archived,
 * or its caller was muted. A call goes no further there: the answers to somebody who is muted would be heard by the room.
 */
const CLOSED = new Set<ParleyError['code']>(['conversation_not_found', 'conversation_archived', 'forbidden']);

/**
 * Appends what was said, in the order it was said, beside the call: nothing of the call waits for the store. An utterance
 * is shown only by `onStored`, so what a person saw is in the log.
 */
export class Transcript {
  private tail: Promise<void> = Promise.resolve();
  private gone = false;

  constructor(
    private readonly log: CallLog,
    private readonly options: {
      /** An utterance was given up. */
      onFailure: (error: ParleyError) => void;
      /** The conversation takes nothing more of this call: see {@link CLOSED}. Said once. */
      onGone: (error: ParleyError) => void;
      retryMs?: readonly number[];
      wait?: (ms: number) => Promise<void>;
    },
  ) {}

  /** Queues an utterance. `onStored` runs after its append was acknowledged and after those of all before it. */
  add(utterance: Utterance, onStored: (stored: { id: string; seq?: number }) => void): void {
    this.tail = this.tail.then(async () => {
      if (this.gone) return;
      try {
        onStored(await this.append(utterance));
      } catch (thrown) {
        const error = asParleyError(thrown);
        if (!CLOSED.has(error.code)) return this.options.onFailure(error);
        this.gone = true;
        this.options.onGone(error);
      }
    });
  }

  /** Resolves when everything queued so far is stored or given up. */
  settled(): Promise<void> {
    return this.tail;
  }

  private async append(utterance: Utterance) {
    const { retryMs = RETRY_MS, wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)) } = this.options;
    for (const pauseMs of retryMs) {
      try {
        return await this.log.append(utterance);
      } catch (error) {
        if (asParleyError(error).kind !== 'unavailable') throw error;
        await wait(pauseMs);
      }
    }
    return this.log.append(utterance);
  }
}
