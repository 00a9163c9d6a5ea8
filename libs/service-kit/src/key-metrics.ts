import type { KeySet } from '@parley/auth';
import type { Registry } from 'prom-client';
import { gaugeOf } from './gauge';

/** Where the signing keys stand: how many there are, how old, and whether they are kept through an outage. */
export function keyMetrics(keys: Pick<KeySet, 'snapshot'>, metrics: Registry): void {
  const gauge = (name: string, help: string, value: () => number) => gaugeOf(metrics, name, help, value);
  gauge('parley_signing_keys', 'Signing keys that are trusted', () => keys.snapshot.keys);
  gauge('parley_signing_keys_age_seconds', 'Since the keys were read; -1 before the first time', () => {
    const { ageMs } = keys.snapshot;
    return Number.isFinite(ageMs) ? ageMs / 1_000 : -1;
  });
  gauge('parley_signing_keys_stale', '1 while keys are kept through an outage', () =>
    keys.snapshot.state === 'stale' ? 1 : 0,
  );
}
