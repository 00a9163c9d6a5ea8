import { randomUUID } from 'node:crypto';
import type { Reservation, UsageLedger } from '@parley/assistants';
import type { CallUsage } from '@parley/protocol';

/** Whose call, where, with whom. */
export interface AccountFacts {
  callId: string;
  principalId: string;
  conversationId: string;
  assistant: string;
  /** Another process began the call and counted it. */
  continued: boolean;
}

export interface CallAccountParts {
  reservation: Reservation;
  /** Grows while the call goes on. */
  usage: Readonly<CallUsage>;
  facts: AccountFacts;
  ledger: Pick<UsageLedger, 'record'>;
  /** Provider and model, as prices name it. */
  model: string;
  /** Told of each part, whether or not the store takes it. */
  onTaken: (part: CallUsage) => void;
  report: (what: string, cause: unknown) => void;
}

/**
 * Pays for one call, part by part: into the budget and into the ledger. A part is one record with an id of its own, so that
 * one that is sent twice counts once.
 */
export class CallAccount {
  private paid: CallUsage = { inputSpeechTokens: 0, inputTextTokens: 0, outputSpeechTokens: 0, outputTextTokens: 0 };
  private recorded = false;
  private tail: Promise<void> = Promise.resolve();

  constructor(private readonly parts: CallAccountParts) {}

  /** Pays what the call has taken since the last time, and keeps its place. Never throws. */
  settle(): Promise<void> {
    return this.pay((tokens) => this.parts.reservation.progress(tokens));
  }

  /** The call is over: pays the rest and gives its place back. Never throws. */
  close(): Promise<void> {
    return this.pay((tokens) => this.parts.reservation.settle(tokens));
  }

  private pay(count: (tokens: number) => Promise<void>): Promise<void> {
    const { usage, onTaken } = this.parts;
    const part = { ...usage };
    for (const kind of Object.keys(part) as (keyof CallUsage)[]) part[kind] -= this.paid[kind];
    this.paid = { ...usage };
    onTaken(part);
    const { inputTokens, outputTokens } = tokensOf(part);
    // One after the other: what gives the place back must not be overtaken by what keeps it.
    this.tail = this.tail.then(async () => {
      await Promise.all([count(inputTokens + outputTokens), this.record(inputTokens, outputTokens)]);
    });
    return this.tail;
  }

  private async record(inputTokens: number, outputTokens: number): Promise<void> {
    if (inputTokens + outputTokens === 0) return;
    const { ledger, report, model, facts } = this.parts;
    const { continued, ...whose } = facts;
    const continues = continued || this.recorded;
    this.recorded = true;
    const id = `call/${facts.callId}/${randomUUID()}`;
    const record = { id, at: Date.now(), ...whose, model, inputTokens, outputTokens, isEstimated: false };
    await ledger.record(continues ? { ...record, continues } : record).catch((error: unknown) => {
      report('usage could not be written down', error);
    });
  }
}

/** All that the model counted, spoken and written. */
export const tokensOf = (usage: Readonly<CallUsage>) => ({
  inputTokens: usage.inputSpeechTokens + usage.inputTextTokens,
  outputTokens: usage.outputSpeechTokens + usage.outputTextTokens,
});
