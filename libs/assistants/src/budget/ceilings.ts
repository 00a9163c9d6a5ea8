import { ParleyError } from '@parley/errors';
import type { Assistant } from '../domain/assistant';
import { dayOf } from './allowance';
import type { Counters } from './counters';

/** What may be used in a day (UTC); without a number it is not bounded. */
export interface Ceiling {
  tokensPerDay?: number | undefined;
  callsPerDay?: number | undefined;
}

export interface CeilingsOptions {
  counters: Counters;
  /** Of everybody together. */
  deployment: Ceiling;
  /** Of all guests together. */
  guests: Ceiling;
  report: (what: string, cause: unknown) => void;
  now?: () => number;
  /** How often this process tells what it counted and hears what all did. */
  everyMs?: number;
}

/** Somebody who uses an assistant. */
export interface Use {
  guest: boolean;
  assistant: Pick<Assistant, 'id' | 'ceiling'>;
}

/** How far everybody is today with what lies under one ceiling. */
export interface CeilingState extends Ceiling {
  over: 'deployment' | 'guests' | 'assistant';
  /** Id of the assistant. */
  assistant?: string;
  tokens: number;
  calls: number;
}

/** `known` is what all used as this process heard it last, undefined before it did. */
interface Count {
  known: Sums | undefined;
  untold: Sums;
}

const EVERY_MS = 2_000;
const KEPT_MS = 3 * 86_400_000;

interface Sums {
  tokens: number;
  calls: number;
}

/**
 * The ceilings of the deployment, of each assistant and of all guests together, over all processes of all services. Each
 * process counts by itself and tells the others every two seconds: no answer waits for a counter that everybody writes, and a
 * ceiling is passed by what two seconds bring at the most.
 */
export class Ceilings {
  private readonly counts = new Map<string, Count>();
  private timer: NodeJS.Timeout | undefined;
  private readonly rounds = new Set<Promise<void>>();
  private isClosed = false;
  private day = '';

  constructor(private readonly options: CeilingsOptions) {}

  /** @throws ParleyError `budget_reached` when a ceiling over this use is reached, `store_unavailable` before any is known */
  async assertOpen(use: Use): Promise<void> {
    const now = this.now();
    this.beginDay(dayOf(now));
    for (const [name, { tokensPerDay = Infinity, callsPerDay = Infinity }] of this.over(use)) {
      const count = this.countOf(name);
      const known = count.known ?? (await this.exchange(name));
      const { untold } = count;
      if (known.tokens + untold.tokens >= tokensPerDay || known.calls + untold.calls >= callsPerDay) {
        throw new ParleyError('budget_reached', { retryAfterMs: 86_400_000 - (now % 86_400_000) });
      }
    }
  }

  /** Counts what was used, for all that lies over it. */
  count(use: Use, { tokens = 0, calls = 0 }: Partial<Sums>): void {
    // Also of what another process admitted, so perhaps the first that this one counts today.
    this.beginDay(dayOf(this.now()));
    for (const [name] of this.over(use)) {
      const { untold } = this.countOf(name);
      untold.tokens += tokens;
      untold.calls += calls;
    }
    if (!this.isClosed) this.timer ??= setInterval(() => this.beginRound(), this.options.everyMs ?? EVERY_MS).unref();
  }

  /** What all processes counted today, up to two seconds ago. @throws ParleyError `store_unavailable` */
  today(assistants: readonly Pick<Assistant, 'id' | 'ceiling'>[]): Promise<CeilingState[]> {
    const { deployment, guests, counters } = this.options;
    const day = dayOf(this.now());
    const lines: (Pick<CeilingState, 'over' | 'assistant'> & { name: string; ceiling: Ceiling })[] = [
      { over: 'deployment', name: 'deployment', ceiling: deployment },
      { over: 'guests', name: 'guests', ceiling: guests },
      ...assistants.map(({ id, ceiling = {} }) => ({
        ...{ over: 'assistant' as const, assistant: id },
        ...{ name: nameOf({ id }), ceiling },
      })),
    ];
    return Promise.all(
      lines.map(async ({ name, ceiling, ...line }) => {
        const { tokens = 0, calls = 0 } = await counters.add(`${day}/${name}`, KEPT_MS, {});
        return { ...line, ...ceiling, tokens, calls };
      }),
    );
  }

  /** Tells what is untold, and hears how far everybody is. */
  async exchangeAll(): Promise<void> {
    await Promise.all(
      [...this.counts.keys()].map((name) =>
        this.exchange(name).catch((error: unknown) => this.options.report('a budget could not be counted', error)),
      ),
    );
  }

  /** Tells the rest. Resolves when nothing is on its way any more, and begins nothing afterwards. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.timer);
    await Promise.all(this.rounds);
    await this.exchangeAll();
  }

  private beginRound(): void {
    const round = this.exchangeAll();
    this.rounds.add(round);
    void round.then(() => this.rounds.delete(round));
  }

  private over({ guest, assistant }: Use): [name: string, ceiling: Ceiling][] {
    return [
      ['deployment', this.options.deployment],
      [nameOf(assistant), assistant.ceiling ?? {}],
      ...(guest ? [['guests', this.options.guests] as [string, Ceiling]] : []),
    ];
  }

  private async exchange(name: string): Promise<Sums> {
    const count = this.countOf(name);
    const told = count.untold;
    count.untold = { tokens: 0, calls: 0 };
    try {
      const { tokens = 0, calls = 0 } = await this.options.counters.add(`${this.day}/${name}`, KEPT_MS, { ...told });
      return (count.known = { tokens, calls });
    } catch (error) {
      // Perhaps it was counted and the answer lost: twice is the safe side.
      count.untold.tokens += told.tokens;
      count.untold.calls += told.calls;
      throw error;
    }
  }

  private countOf(name: string): Count {
    let count = this.counts.get(name);
    if (count === undefined) {
      count = { known: undefined, untold: { tokens: 0, calls: 0 } };
      this.counts.set(name, count);
    }
    return count;
  }

  /** What was used around midnight and is not told yet counts for the new day. */
  private beginDay(day: string): void {
    if (this.day === day) return;
    this.day = day;
    for (const count of this.counts.values()) count.known &&= { tokens: 0, calls: 0 };
  }

  private now(): number {
    return (this.options.now ?? Date.now)();
  }
}

const nameOf = ({ id }: Pick<Assistant, 'id'>): string => `assistant/${id}`;
