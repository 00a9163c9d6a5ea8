/** What one principal may use. */
export interface AllowanceLimits {
  requestsPerMinute: number;
  tokensPerDay: number;
  /** Answers and calls at the same time. */
  concurrent: number;
}

/** What a principal has used, as it is kept. A new minute and a new day begin at nothing. */
export interface Allowance {
  /** Minutes since the epoch. */
  minute: number;
  requests: number;
  /** `YYYY-MM-DD`, UTC. */
  day: string;
  /** Used and reserved. */
  tokens: number;
  /** What runs, by its id: until when it is believed to, and what was reserved for it on which day. */
  running: Record<string, { until: number; reserved: number; day: string }>;
}

export interface Demand {
  /** Of the answer or the call. */
  id: string;
  /** Reserved until it is known what it took. */
  tokens: number;
  /** Epoch milliseconds. */
  now: number;
  /** Longer than it can run: who does not come back to settle is counted as what was reserved. */
  leaseMs: number;
}

/** What is left, and when there is more. */
export interface Remaining {
  limit: 'requestsPerMinute' | 'tokensPerDay' | 'concurrent';
  remainingRequests: number;
  remainingTokens: number;
  remainingConcurrent: number;
  retryAfterMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);

/** Admits a demand and reserves for it, or says what is left. Nothing is taken from who is refused. */
export function demand(
  kept: Allowance | undefined,
  { id, tokens, now, leaseMs }: Demand,
  limits: AllowanceLimits,
): { allowance: Allowance } | { refused: Remaining } {
  const current = asOf(kept, now);
  const remaining = {
    remainingRequests: limits.requestsPerMinute - current.requests,
    remainingTokens: Math.max(0, limits.tokensPerDay - current.tokens),
    remainingConcurrent: limits.concurrent - Object.keys(current.running).length,
  };
  const refuse = (limit: Remaining['limit'], retryAfterMs: number) => ({
    refused: { limit, ...remaining, retryAfterMs },
  });
  if (remaining.remainingRequests <= 0) return refuse('requestsPerMinute', MINUTE_MS - (now % MINUTE_MS));
  if (remaining.remainingTokens < tokens) return refuse('tokensPerDay', DAY_MS - (now % DAY_MS));
  if (remaining.remainingConcurrent <= 0) return refuse('concurrent', 1_000);
  return {
    allowance: {
      ...current,
      requests: current.requests + 1,
      tokens: current.tokens + tokens,
      running: { ...current.running, [id]: { until: now + leaseMs, reserved: tokens, day: current.day } },
    },
  };
}

/**
 * Counts what a run has taken since it was last told, first out of what was reserved for it, and believes in the run for
 * another lease: also in one that is not known, since it goes on from another process or outlived its lease.
 */
export function progress(kept: Allowance | undefined, { id, tokens, now, leaseMs }: Demand): Allowance {
  const current = asOf(kept, now);
  const mine = current.running[id];
  const reserved = mine?.day === current.day ? Math.max(0, mine.reserved - tokens) : 0;
  const settled = settle(kept, id, tokens, now);
  return {
    ...settled,
    tokens: settled.tokens + reserved,
    running: { ...settled.running, [id]: { until: now + leaseMs, reserved, day: current.day } },
  };
}

/** Puts what was really taken in the place of what was reserved. */
export function settle(kept: Allowance | undefined, id: string, tokens: number, now: number): Allowance {
  const current = asOf(kept, now);
  const { [id]: mine, ...running } = current.running;
  // Of a run that began yesterday, or outlived its lease, nothing is reserved any more.
  const reserved = mine?.day === current.day ? mine.reserved : 0;
  return { ...current, tokens: Math.max(0, current.tokens - reserved) + tokens, running };
}

function asOf(kept: Allowance | undefined, now: number): Allowance {
  const minute = Math.floor(now / MINUTE_MS);
  const day = dayOf(now);
  return {
    minute,
    requests: kept?.minute === minute ? kept.requests : 0,
    day,
    tokens: kept?.day === day ? kept.tokens : 0,
    running: Object.fromEntries(Object.entries(kept?.running ?? {}).filter(([, { until }]) => until > now)),
  };
}
