import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { Assistant, Budget, BudgetUse, Ceilings, Reservation, Switches } from '@parley/assistants';
import { CallAccount, type CallAccountParts } from './call-account';
import { InTurns } from './in-turns';

/** What a killed process did not settle is lost: this much of each call, twice as much of one that just began. */
const SETTLE_MS = 60_000;
/** A call that has not settled for so long no longer counts as one that runs. */
const LEASE_MS = 3.5 * SETTLE_MS;
/** Reserved, besides one answer, for what the model is told until it is known. */
const PROMPT_TOKENS = 2_000;

/** Who is to pay for a call. */
export interface CallUse {
  callId: string;
  principalId: string;
  guest: boolean;
  assistant: Assistant;
}

export interface CallAccountsParts extends Pick<CallAccountParts, 'ledger' | 'model' | 'report'> {
  budget: Pick<Budget, 'reserve' | 'goOn'>;
  ceilings: Pick<Ceilings, 'close'>;
  switches: Pick<Switches, 'start' | 'stop'>;
  settleMs?: number;
}

/** The accounts of this process's calls: a call is admitted by the budget, and pays as it goes on. */
export class CallAccounts implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly open = new Set<CallAccount>();
  private readonly closing = new Set<Promise<void>>();
  private settlements: InTurns<CallAccount> | undefined;

  constructor(private readonly parts: CallAccountsParts) {}

  onApplicationBootstrap(): void {
    this.parts.switches.start();
    this.settlements = new InTurns(
      () => this.open,
      async (few) => {
        await Promise.all(few.filter((account) => this.open.has(account)).map((account) => account.settle()));
      },
      this.parts.settleMs ?? SETTLE_MS,
    );
  }

  /** Calls have ended or moved before: what is left is to write their last parts down. */
  async onApplicationShutdown(): Promise<void> {
    await this.settlements?.stop();
    await Promise.all([this.parts.switches.stop(), ...this.closing]);
    await this.parts.ceilings.close();
  }

  /**
   * Reserves for a new call.
   *
   * @throws ParleyError `assistant_off`, `budget_reached`, `too_many_requests`, `store_unavailable`
   */
  reserve(use: CallUse): Promise<Reservation> {
    return this.parts.budget.reserve(budgetUseOf(use));
  }

  /** The place of a call that another process began: whoever moves is not asked again whether he may call. */
  goOn(use: CallUse): Reservation {
    return this.parts.budget.goOn(budgetUseOf(use));
  }

  /** Has a call pay from now on. @returns to be called when it is over */
  keep(call: Pick<CallAccountParts, 'reservation' | 'usage' | 'facts' | 'onTaken'>): () => void {
    const { ledger, model, report } = this.parts;
    const account = new CallAccount({ ...call, ledger, model, report });
    this.open.add(account);
    return () => {
      this.open.delete(account);
      const closed = account.close();
      this.closing.add(closed);
      void closed.then(() => this.closing.delete(closed));
    };
  }
}

const budgetUseOf = ({ callId, assistant, ...whose }: CallUse): BudgetUse => ({
  ...{ id: callId, ...whose, assistant, leaseMs: LEASE_MS },
  tokens: assistant.limits.maxOutputTokens + PROMPT_TOKENS,
});
