import { ParleyError } from '@parley/errors';
import { demand, progress, settle, type Allowance, type AllowanceLimits } from './allowance';
import type { Ceilings, Use } from './ceilings';
import type { Counters } from './counters';
import type { Switches } from './switches';

/** Who uses something of an assistant's: an answer, a call. */
export interface BudgetUse extends Use {
  principalId: string;
  /** Of the answer or the call. */
  id: string;
  /** What it may take: reserved, so that answers beside each other cannot overspend. */
  tokens: number;
  /** Longer than it can run, or than it is silent about its progress. */
  leaseMs: number;
}

/** A place in the budget. */
export interface Reservation {
  /**
   * What something that runs on took since this was last told. Keeps the place for another lease. Never throws.
   */
  progress(tokens: number): Promise<void>;
  /**
   * To be called once, however it ended: what it took, an aborted one included, since the last `progress`. What was taken on
   * its behalf afterwards is counted by calling it again. Never throws.
   */
  settle(tokens: number): Promise<void>;
}

export interface BudgetParts {
  counters: Counters;
  ceilings: Ceilings;
  switches: Switches;
  users: AllowanceLimits;
  guests: AllowanceLimits;
  report: (what: string, cause: unknown) => void;
  now?: () => number;
}

const KEPT_MS = 2 * 86_400_000;

/** What people may use, for chat and for voice alike: over all processes of all services. */
export class Budget {
  constructor(private readonly parts: BudgetParts) {}

  /**
   * Reserves for an answer or a call.
   *
   * @throws ParleyError `assistant_off`; `budget_reached` for a ceiling; `too_many_requests` for the principal's own
   *   limits, with what remains; `store_unavailable`
   */
  async reserve(use: BudgetUse): Promise<Reservation> {
    const { counters, ceilings, switches, users, guests } = this.parts;
    switches.assertOn(use.assistant.id);
    await ceilings.assertOpen(use);
    await counters.change<Allowance>(this.keyOf(use), KEPT_MS, (kept) => {
      const verdict = demand(kept, { ...use, now: this.now() }, use.guest ? guests : users);
      if ('allowance' in verdict) return verdict.allowance;
      const { retryAfterMs, ...facts } = verdict.refused;
      throw new ParleyError('too_many_requests', { retryAfterMs, facts });
    });
    ceilings.count(use, { calls: 1 });
    return this.goOn(use);
  }

  /** The place of something that another process reserved for, and that goes on here: it is refused nothing any more. */
  goOn(use: BudgetUse): Reservation {
    return {
      progress: (tokens) =>
        this.count(use, tokens, (kept) =>
          progress(kept, { id: use.id, tokens, now: this.now(), leaseMs: use.leaseMs }),
        ),
      settle: (tokens) => this.count(use, tokens, (kept) => settle(kept, use.id, tokens, this.now())),
    };
  }

  private async count(use: BudgetUse, tokens: number, change: (kept?: Allowance) => Allowance): Promise<void> {
    const { counters, ceilings, report } = this.parts;
    ceilings.count(use, { tokens });
    await counters
      .change<Allowance>(this.keyOf(use), KEPT_MS, change)
      .catch((error: unknown) => report('what was used could not be counted; what was reserved counts', error));
  }

  private keyOf({ principalId }: BudgetUse): string {
    return `allowance/${principalId}`;
  }

  private now(): number {
    return (this.parts.now ?? Date.now)();
  }
}
