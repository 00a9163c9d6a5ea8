import fc from 'fast-check';
import { demand, progress, settle, type Allowance } from './allowance';

const limits = { requestsPerMinute: 2, tokensPerDay: 1_000, concurrent: 2 };
const start = Date.UTC(2026, 0, 1, 12);
const ask = (kept: Allowance | undefined, more: object = {}) =>
  demand(kept, { id: 'a', tokens: 100, now: start, leaseMs: 60_000, ...more }, limits);
const admitted = (verdict: ReturnType<typeof ask>): Allowance => {
  if (!('allowance' in verdict)) throw new Error(`refused: ${verdict.refused.limit}`);
  return verdict.allowance;
};

it('lets so many requests in a minute, and again in the next one', () => {
  const one = admitted(ask(undefined));
  const two = admitted(ask(settle(one, 'a', 0, start), { id: 'b' }));
  expect(ask(settle(two, 'b', 0, start), { id: 'c' })).toEqual({
    refused: {
      limit: 'requestsPerMinute',
      remainingRequests: 0,
      remainingTokens: 1_000,
      remainingConcurrent: 2,
      retryAfterMs: 60_000,
    },
  });
  expect(admitted(ask(two, { id: 'c', now: start + 60_000 })).requests).toBe(1);
});

it('counts what is reserved until it is known what was taken', () => {
  const one = admitted(ask(undefined, { tokens: 600 }));
  expect(ask(one, { id: 'b', tokens: 600 })).toMatchObject({
    refused: { limit: 'tokensPerDay', remainingTokens: 400 },
  });
  expect(admitted(ask(settle(one, 'a', 50, start), { id: 'b', tokens: 600 })).tokens).toBe(650);
});

it('pays the progress of what runs on out of what was reserved for it, then beyond', () => {
  const one = admitted(ask(undefined, { tokens: 600 }));
  const told = (kept: Allowance, tokens: number, now = start) =>
    progress(kept, { id: 'a', tokens, now, leaseMs: 60_000 });
  const two = told(one, 250);
  expect(two).toMatchObject({ tokens: 600, requests: 1, running: { a: { reserved: 350, until: start + 60_000 } } });
  const three = told(two, 500, start + 59_000);
  expect(three).toMatchObject({ tokens: 750, running: { a: { reserved: 0, until: start + 119_000 } } });
  expect(settle(three, 'a', 10, start + 60_000)).toMatchObject({ tokens: 760, running: {} });
  // Yesterday's reservation pays nothing of today.
  expect(told(one, 250, start + 86_400_000)).toMatchObject({ tokens: 250, running: { a: { reserved: 0 } } });
  // Another process began it, and did not live to say so.
  expect(progress(undefined, { id: 'b', tokens: 5, now: start, leaseMs: 1 })).toMatchObject({
    ...{ tokens: 5, requests: 0 },
    running: { b: { until: start + 1 } },
  });
});

it('counts an answer that took more than was reserved as what it took', () => {
  const one = settle(admitted(ask(undefined)), 'a', 5_000, start);
  expect(ask(one, { id: 'b' })).toMatchObject({ refused: { limit: 'tokensPerDay', remainingTokens: 0 } });
});

it('begins the day anew at midnight UTC, without what was reserved before', () => {
  const late = Date.UTC(2026, 0, 1, 23, 59, 59);
  const one = admitted(ask(undefined, { now: late, tokens: 900 }));
  const next = admitted(ask(one, { id: 'b', now: late + 1_000, tokens: 900 }));
  expect(next).toMatchObject({ day: '2026-01-02', tokens: 900 });
  expect(settle(next, 'a', 300, late + 2_000).tokens).toBe(1_200);
});

it('counts what runs, and forgets who did not come back in its time; what was reserved for it stays counted', () => {
  const one = admitted(ask(undefined));
  const two = admitted(ask(one, { id: 'b' }));
  const later = start + 59_999;
  expect(ask(two, { id: 'c', now: start + 59_999 - (start % 60_000) })).toMatchObject({ refused: {} });
  expect(
    demand(two, { id: 'c', tokens: 1, now: later, leaseMs: 1 }, { ...limits, requestsPerMinute: 9 }),
  ).toMatchObject({
    refused: { limit: 'concurrent', remainingConcurrent: 0 },
  });
  expect(admitted(ask(two, { id: 'c', now: start + 60_000 }))).toMatchObject({ tokens: 300, running: { c: {} } });
});

it('takes nothing from who is refused, and never lets more in than the limits, in whatever order', () => {
  const step = fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    tokens: fc.integer({ min: 1, max: 500 }),
    end: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let kept: Allowance | undefined;
      let admissions = 0;
      for (const { id, tokens, end } of steps) {
        const running = Object.keys(kept?.running ?? {});
        if (end && running.length > 0) kept = settle(kept, running[0]!, 0, start);
        else if (!running.includes(String(id))) {
          const verdict = demand(
            kept,
            { id: String(id), tokens, now: start, leaseMs: 1_000 },
            { ...limits, requestsPerMinute: 8 },
          );
          if (!('allowance' in verdict)) continue;
          kept = verdict.allowance;
          admissions += 1;
        }
        const reserved = Object.values(kept?.running ?? {}).reduce((sum, run) => sum + run.reserved, 0);
        expect(kept?.tokens ?? 0).toBe(reserved);
        expect(reserved).toBeLessThanOrEqual(limits.tokensPerDay);
        expect(Object.keys(kept?.running ?? {}).length).toBeLessThanOrEqual(limits.concurrent);
        expect(admissions).toBeLessThanOrEqual(8);
      }
    }),
  );
});
