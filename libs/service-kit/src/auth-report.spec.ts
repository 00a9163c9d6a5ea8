import { Registry } from 'prom-client';
import { authReport } from './auth-report';
import { createLogger } from './logging/logger';
import { LogCapture } from './testing/log-capture';

const destination = new LogCapture();
const metrics = new Registry();
const { onDecision } = authReport(createLogger({ name: 'test', level: 'info', destination }), metrics);
const counted = async () =>
  (await metrics.getSingleMetric('parley_auth_decisions_total')!.get()).values.map(({ labels, value }) => [
    labels,
    value,
  ]);

it('a decision is counted by where, verdict and code; a refusal is one line with its reason, an admission none', async () => {
  onDecision({ where: 'socket', verdict: 'admitted', principalId: 'alice' });
  onDecision({ where: 'socket', verdict: 'admitted', principalId: 'bob' });
  onDecision({ where: 'http', verdict: 'refused', code: 'invalid_token', reason: 'expired', principalId: undefined });
  expect(await counted()).toEqual([
    [{ where: 'socket', verdict: 'admitted', code: 'none' }, 2],
    [{ where: 'http', verdict: 'refused', code: 'invalid_token' }, 1],
  ]);
  const lines = destination.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([
    { level: 'info', where: 'http', verdict: 'refused', code: 'invalid_token', reason: 'expired' },
  ]);
});

it('a flood above the limit of an address is counted and fills no log', async () => {
  const before = destination.text;
  for (let n = 0; n < 3; n += 1) onDecision({ where: 'http', verdict: 'refused', code: 'too_many_requests' });
  expect(await counted()).toContainEqual([{ where: 'http', verdict: 'refused', code: 'too_many_requests' }, 3]);
  expect(destination.text).toBe(before);
});

it('each look at the metrics finds all that was decided until then, once', async () => {
  onDecision({ where: 'socket', verdict: 'admitted', principalId: 'alice' });
  const first = await counted();
  expect(first).toContainEqual([{ where: 'socket', verdict: 'admitted', code: 'none' }, 3]);
  expect(await counted()).toEqual(first);
});
