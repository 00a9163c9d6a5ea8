import { METRICS_NAMESPACE, isWatched, metricDimensions } from '@parley/descriptor';
import { record, services } from '../testing/environments';

interface Alarm {
  namespace?: string;
  metricName?: string;
  dimensions?: Record<string, string>;
}

// What a service emits is proved in libs/service-kit: the watched metrics, in this namespace, with these dimensions.
it('alarms and scaling look only at metrics that services emit, with exactly their dimensions', async () => {
  const { resources } = await record({ environment: 'prod' });
  const known = services().map(({ name }) => metricDimensions('prod', name));
  const alarms = resources
    .filter(({ type }) => type === 'aws:cloudwatch/metricAlarm:MetricAlarm')
    .map(({ inputs }) => inputs as Alarm)
    .filter(({ namespace }) => namespace === METRICS_NAMESPACE);
  expect(alarms.length).toBeGreaterThan(0);
  for (const { metricName, dimensions } of alarms) {
    expect(isWatched(metricName!)).toBe(true);
    expect(known).toContainEqual(dimensions);
  }
  const policies = resources.filter(({ type }) => type === 'aws:appautoscaling/policy:Policy');
  expect(policies).toHaveLength(services().length);
  for (const { inputs } of policies) {
    const { customizedMetricSpecification: metric } = inputs['targetTrackingScalingPolicyConfiguration'] as {
      customizedMetricSpecification: { metricName: string; namespace: string; dimensions: object[] };
    };
    expect([metric.namespace, isWatched(metric.metricName)]).toEqual([METRICS_NAMESPACE, true]);
    expect(known.map((each) => Object.entries(each).map(([name, value]) => ({ name, value })))).toContainEqual(
      metric.dimensions,
    );
  }
});
