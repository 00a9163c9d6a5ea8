import { METRICS_NAMESPACE, SERVICE_METRICS } from '@parley/descriptor';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { EmbeddedMetrics } from './embedded';

const registry = () => {
  const metrics = new Registry();
  const registers = [metrics];
  return {
    metrics,
    live: new Gauge({ name: 'parley_calls_live', help: '.', registers }),
    errors: new Counter({ name: SERVICE_METRICS.errors, help: '.', labelNames: ['code'], registers }),
    firstAudio: new Histogram({ name: SERVICE_METRICS.firstAudioS, help: '.', buckets: [1, 2], registers }),
    other: new Counter({ name: 'parley_calls_ended_total', help: '.', registers }),
  };
};
const reader = (metrics: Registry) => {
  const embedded = new EmbeddedMetrics({ metrics, environment: 'dev', service: 'example' });
  return async () => JSON.parse(await embedded.line(5)) as Record<string, unknown>;
};

it('is a line in the form that CloudWatch reads, of watched metrics alone', async () => {
  const { metrics, live, other } = registry();
  live.set(3);
  other.inc();
  expect(await reader(metrics)()).toEqual({
    _aws: {
      Timestamp: 5,
      CloudWatchMetrics: [
        {
          Namespace: METRICS_NAMESPACE,
          Dimensions: [['Environment', 'Service']],
          Metrics: [
            { Name: 'parley_calls_live', Unit: 'Count' },
            { Name: SERVICE_METRICS.errors, Unit: 'Count' },
          ],
        },
      ],
    },
    Environment: 'dev',
    Service: 'example',
    parley_calls_live: 3,
    [SERVICE_METRICS.errors]: 0,
  });
});

it('tells of counters what came since the last line, whatever their labels, and of gauges what is', async () => {
  const { metrics, live, errors } = registry();
  const read = reader(metrics);
  errors.inc({ code: 'a' }, 2);
  errors.inc({ code: 'b' });
  live.set(1);
  expect(await read()).toMatchObject({ [SERVICE_METRICS.errors]: 3, parley_calls_live: 1 });
  errors.inc({ code: 'b' });
  expect(await read()).toMatchObject({ [SERVICE_METRICS.errors]: 1, parley_calls_live: 1 });
});

it('says in what unit each is', async () => {
  const metrics = new Registry();
  for (const name of [SERVICE_METRICS.droppedMs, SERVICE_METRICS.costUsd, SERVICE_METRICS.resumes])
    new Counter({ name, help: '.', registers: [metrics] });
  expect((await reader(metrics)())['_aws']).toMatchObject({
    CloudWatchMetrics: [
      {
        Metrics: [
          { Name: SERVICE_METRICS.droppedMs, Unit: 'Milliseconds' },
          { Name: SERVICE_METRICS.costUsd, Unit: 'None' },
          { Name: SERVICE_METRICS.resumes, Unit: 'Count' },
        ],
      },
    ],
  });
});

it('tells observations as the upper bounds of their buckets, once', async () => {
  const { metrics, firstAudio } = registry();
  const read = reader(metrics);
  for (const seconds of [0.3, 1.2, 9]) firstAudio.observe(seconds);
  expect((await read())[SERVICE_METRICS.firstAudioS]).toEqual([1, 2, 4]);
  expect(await read()).not.toHaveProperty(SERVICE_METRICS.firstAudioS);
});

it('thins many observations in proportion to what a line may hold', async () => {
  const { metrics, firstAudio } = registry();
  for (let each = 0; each < 1_000; each += 1) firstAudio.observe(each < 900 ? 0.5 : 1.5);
  const values = (await reader(metrics)())[SERVICE_METRICS.firstAudioS] as number[];
  expect([values.filter((value) => value === 1).length, values.filter((value) => value === 2).length]).toEqual([
    90, 10,
  ]);
});
