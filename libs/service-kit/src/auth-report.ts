import type { AuthDecision, AuthOptions } from '@parley/auth';
import type { Logger } from 'pino';
import { Counter, Histogram, type Registry } from 'prom-client';

type Report = Required<Pick<AuthOptions, 'onDecision' | 'onKeyFetch' | 'onOutage'>>;

/** What libs/auth decides, as one structured log line each and as counters. No credential ever gets here. */
export function authReport(logger: Logger, metrics: Registry): Report {
  /** Decisions since the metrics were last looked at: a counter with labels costs a handshake more than a map does. */
  const recent = new Map<string, number>();
  new Counter({
    name: 'parley_auth_decisions_total',
    help: 'Verdicts on requests, handshakes and refreshes, by code',
    labelNames: ['where', 'verdict', 'code'],
    registers: [metrics],
    collect() {
      for (const [labels, count] of recent) {
        const [where, verdict, code] = labels.split(' ') as [string, string, string];
        this.inc({ where, verdict, code }, count);
      }
      recent.clear();
    },
  });
  const fetches = new Histogram({
    name: 'parley_signing_key_fetch_seconds',
    help: 'Attempts to read the signing keys of the user pool, by outcome',
    labelNames: ['outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 3],
    registers: [metrics],
  });
  // A decision has nothing but fixed texts and an id: to look through each for secrets would cost a flood's every line a sixth.
  const decisions = logger.child({}, { redact: [] });
  return {
    onDecision(decision: AuthDecision) {
      const { where, verdict, code = 'none' } = decision;
      const labels = `${where} ${verdict} ${code}`;
      recent.set(labels, (recent.get(labels) ?? 0) + 1);
      // Above an address's limit the counter tells: a line for each would let anybody fill the log.
      const isKept = verdict === 'refused' && code !== 'too_many_requests';
      decisions[isKept ? 'info' : 'debug'](decision, 'auth');
    },
    onKeyFetch: ({ outcome, durationMs }) => fetches.observe({ outcome }, durationMs / 1_000),
    onOutage: (error) => logger.warn({ err: error }, 'sign-in keys or sign-outs cannot be read'),
  };
}
