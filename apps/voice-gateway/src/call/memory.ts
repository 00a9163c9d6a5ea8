import { textOf, type Message } from '@parley/protocol';
import { shapeHistory, type Turn } from './history';
import type { HistoryLimits } from './nova/profiles';

/** Said to a model that was cut off in the middle of its answer; never shown, never stored. */
const GO_ON =
  'The connection broke while you were speaking. Go on with your answer from where it broke off; do not repeat what you already said, and do not mention this.';

/** What of the past was not finished when a stream was lost. */
export interface Debt {
  /** The caller said something that was not answered. */
  owed: boolean;
  /** An answer broke off. */
  midAnswer: boolean;
}

/** What was said in the conversation, as the next stream is to be told it: with what is on its way into the store too. */
export class CallMemory {
  private readonly turns: { role: 'user' | 'assistant'; text: string }[];
  private share = 1;

  constructor(
    messages: readonly Message[],
    private readonly limits: HistoryLimits,
    /** Bytes that the instructions take of the limit. */
    private readonly reservedBytes: number,
  ) {
    this.turns = messages.map(({ role, parts }) => ({ role, text: textOf(parts) }));
  }

  add(role: 'user' | 'assistant', text: string): void {
    this.turns.push({ role, text });
    if (this.turns.length > this.limits.messages * 4) this.turns.splice(0, this.limits.messages);
  }

  /** The model found it too long: half of it from now on. */
  halve(): void {
    this.share /= 2;
  }

  /**
   * The history for a stream, and the text that it is asked to answer at once: what the caller said last, when that was not
   * answered (`asksAgain`), else to go on with the answer that broke off.
   */
  forStream(debt: Debt): { history: Turn[]; ask?: string; asksAgain: boolean } {
    const turns = [...this.turns];
    let ask: string | undefined;
    let asksAgain = false;
    if (debt.owed || debt.midAnswer) {
      const unanswered: string[] = [];
      while (turns.at(-1)?.role === 'user') unanswered.unshift(turns.pop()!.text);
      asksAgain = unanswered.length > 0;
      if (asksAgain) ask = unanswered.join('\n');
      else if (debt.midAnswer && turns.length > 0) ask = GO_ON;
    }
    const limits = { ...this.limits, totalBytes: this.limits.totalBytes * this.share };
    const history = shapeHistory(turns, limits, this.reservedBytes);
    return ask === undefined ? { history, asksAgain } : { history, ask, asksAgain };
  }
}
