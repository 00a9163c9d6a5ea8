import { METRICS_NAMESPACE, SERVICE_METRICS, metricDimensions } from '@parley/descriptor';
import { record, services } from '../testing/environments';

interface Alarm {
  namespace?: string;
  metricName?: string;
  dimensions?: Record<string, string>;
}

/** What each service has, by its descriptor; a test of each app holds that to the registry of the running service. */
const emitted = (environment: string) =>
  services().flatMap(({ name, metrics, scaling }) =>
    [SERVICE_METRICS.errors, scaling.metric, ...metrics].map((metric) => ({
      metric,
      dimensions: metricDimensions(environment, name),
    })),
  );

// How a service emits is proved in libs/service-kit: the watched metrics, in this namespace, with these dimensions.
it('alarms and scaling look only at metrics that services emit, with exactly their dimensions', async () => {
  const { resources } = await record({ environment: 'prod' });
  const known = emitted('prod');
  const alarms = resources
    .filter(({ type }) => type === 'aws:cloudwatch/metricAlarm:MetricAlarm')
    .map(({ inputs }) => inputs as Alarm)
    .filter(({ namespace }) => namespace === METRICS_NAMESPACE);
  expect(alarms.length).toBeGreaterThan(0);
  for (const { metricName, dimensions } of alarms) {
    expect(known).toContainEqual({ metric: metricName, dimensions });
  }
  const policies = resources.filter(({ type }) => type === 'aws:appautoscaling/policy:Policy');
  expect(policies).toHaveLength(services().length);
  for (const { inputs } of policies) {
    const { customizedMetricSpecification: metric } = inputs['targetTrackingScalingPolicyConfiguration'] as {
      customizedMetricSpecification: {
        metricName: string;
        namespace: string;
        dimensions: { name: string; value: string }[];
      };
    };
    expect(metric.namespace).toBe(METRICS_NAMESPACE);
    const dimensions = Object.fromEntries(metric.dimensions.map(({ name, value }) => [name, value]));
    expect(known).toContainEqual({ metric: metric.metricName, dimensions });
  }
});

it('the dashboard draws exactly what services emit: no chart is empty for ever, nothing that is paid for is unseen', async () => {
  const { resources } = await record({ environment: 'prod' });
  const [dashboard] = resources.filter(({ type }) => type === 'aws:cloudwatch/dashboard:Dashboard');
  const { widgets } = JSON.parse(String(dashboard!.inputs['dashboardBody'])) as {
    widgets: { properties: { metrics: [string, string, ...string[]][] } }[];
  };
  const drawn = widgets.flatMap(({ properties }) =>
    properties.metrics.map(([namespace, metric, first, environment, second, service]) => {
      expect(namespace).toBe(METRICS_NAMESPACE);
      return { metric, dimensions: { [first!]: environment, [second!]: service } };
    }),
  );
  for (const each of drawn) expect(emitted('prod')).toContainEqual(each);
  for (const each of emitted('prod')) expect(drawn).toContainEqual(each);
});

it('every metric that goes to CloudWatch is one that some service counts', () => {
  const counted = new Set([SERVICE_METRICS.errors, ...services().flatMap(({ metrics }) => metrics)]);
  expect([...counted].sort()).toEqual(Object.values(SERVICE_METRICS).sort());
});
