import { METRICS_NAMESPACE, SERVICE_METRICS, metricDimensions, type ServiceDescriptor } from '@parley/descriptor';

/** Where the value of a dimension comes from, when the resources exist. */
export type DimensionSource =
  | 'loadBalancer'
  | 'targetGroup'
  | 'cluster'
  | 'service'
  | 'serviceName'
  | 'environment'
  | 'table'
  | 'model'
  | 'cache'
  | 'distribution'
  | 'function'
  | 'global';

export interface AlarmPlan {
  /** Part of the alarm's name, and its heading in docs/operations.md. */
  id: string;
  namespace: string;
  metric: string;
  statistic: 'Average' | 'Sum' | 'Maximum' | 'Minimum';
  dimensions: Record<string, DimensionSource>;
  periodS: number;
  periods: number;
  comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  threshold: number;
  /** Most metrics of load balancers and of errors have no point when nothing happens. */
  missing: 'notBreaching' | 'breaching';
}

const NLB = { LoadBalancer: 'loadBalancer', TargetGroup: 'targetGroup' } as const;
const ECS = { ClusterName: 'cluster', ServiceName: 'serviceName' } as const;
const OWN = metricDimensions('environment', 'service') satisfies Record<string, DimensionSource>;
const alarm = (
  plan: Partial<AlarmPlan> & Pick<AlarmPlan, 'id' | 'namespace' | 'metric' | 'dimensions' | 'threshold'>,
) =>
  ({
    statistic: 'Sum',
    periodS: 60,
    periods: 5,
    comparison: 'GreaterThanThreshold',
    missing: 'notBreaching',
    ...plan,
  }) satisfies AlarmPlan;

/** A deployment that raises this one is rolled back; the others only tell. */
export const ROLLBACK_ALARM: AlarmPlan = alarm({
  id: 'errors',
  namespace: METRICS_NAMESPACE,
  metric: SERVICE_METRICS.errors,
  dimensions: OWN,
  threshold: 10,
  periods: 3,
});

/**
 * The alarms of one service.
 *
 * @param minTasks fewer running tasks than this is an alarm; 0 for none expected
 * @param insights whether the cluster counts its tasks
 */
export function serviceAlarms(minTasks: number, insights: boolean): AlarmPlan[] {
  return [
    alarm({
      id: 'unhealthy-tasks',
      namespace: 'AWS/NetworkELB',
      metric: 'UnHealthyHostCount',
      statistic: 'Maximum',
      dimensions: NLB,
      threshold: 0,
    }),
    alarm({
      id: 'ports-exhausted',
      namespace: 'AWS/NetworkELB',
      metric: 'PortAllocationErrorCount',
      dimensions: { LoadBalancer: 'loadBalancer' },
      threshold: 0,
      periods: 1,
    }),
    alarm({
      id: 'target-resets',
      namespace: 'AWS/NetworkELB',
      metric: 'TCP_Target_Reset_Count',
      dimensions: { LoadBalancer: 'loadBalancer' },
      threshold: 100,
    }),
    alarm({
      id: 'cpu',
      namespace: 'AWS/ECS',
      metric: 'CPUUtilization',
      statistic: 'Average',
      dimensions: ECS,
      threshold: 80,
      periods: 10,
    }),
    alarm({
      id: 'memory',
      namespace: 'AWS/ECS',
      metric: 'MemoryUtilization',
      statistic: 'Average',
      dimensions: ECS,
      threshold: 85,
      periods: 10,
    }),
    ...(insights && minTasks > 0
      ? [
          alarm({
            id: 'too-few-tasks',
            namespace: 'ECS/ContainerInsights',
            metric: 'RunningTaskCount',
            statistic: 'Minimum',
            dimensions: ECS,
            comparison: 'LessThanThreshold' as const,
            threshold: minTasks,
            missing: 'breaching' as const,
          }),
        ]
      : []),
  ];
}

/** Alarms on what some services count; a service has those whose metric its descriptor lists. */
const COUNTED_ALARMS: readonly AlarmPlan[] = [
  alarm({
    id: 'first-audio',
    namespace: METRICS_NAMESPACE,
    metric: SERVICE_METRICS.firstAudioS,
    statistic: 'Average',
    dimensions: OWN,
    threshold: 2,
    periods: 10,
  }),
  alarm({
    id: 'calls-refused',
    namespace: METRICS_NAMESPACE,
    metric: SERVICE_METRICS.refused,
    dimensions: OWN,
    threshold: 5,
  }),
  alarm({
    id: 'call-gaps',
    namespace: METRICS_NAMESPACE,
    metric: SERVICE_METRICS.gapS,
    statistic: 'Average',
    dimensions: OWN,
    threshold: 5,
    periods: 3,
  }),
];

/** The alarms on what this service counts, beside its errors. */
export const countedAlarms = ({ metrics }: Pick<ServiceDescriptor, 'metrics'>): AlarmPlan[] =>
  COUNTED_ALARMS.filter(({ metric }) => (metrics as string[]).includes(metric));

export const TABLE_ALARMS: readonly AlarmPlan[] = [
  alarm({
    id: 'table-throttled',
    namespace: 'AWS/DynamoDB',
    metric: 'ThrottledRequests',
    dimensions: { TableName: 'table' },
    threshold: 0,
  }),
  alarm({
    id: 'table-errors',
    namespace: 'AWS/DynamoDB',
    metric: 'SystemErrors',
    dimensions: { TableName: 'table' },
    threshold: 0,
  }),
];

export const MODEL_ALARMS: readonly AlarmPlan[] = [
  alarm({
    id: 'model-throttled',
    namespace: 'AWS/Bedrock',
    metric: 'InvocationThrottles',
    dimensions: { ModelId: 'model' },
    threshold: 5,
  }),
  alarm({
    id: 'model-refused',
    namespace: 'AWS/Bedrock',
    metric: 'InvocationClientErrors',
    dimensions: { ModelId: 'model' },
    threshold: 10,
  }),
];

/** The longest answer of a function: it is cut off after this. */
export const FUNCTION_TIMEOUT_S = 300;

/** CloudWatch counts a function by itself; it writes none of our metrics. */
export const FUNCTION_ALARMS: readonly AlarmPlan[] = [
  alarm({
    id: 'function-errors',
    namespace: 'AWS/Lambda',
    metric: 'Errors',
    dimensions: { FunctionName: 'function' },
    threshold: 5,
    periods: 3,
  }),
  alarm({
    id: 'function-throttled',
    namespace: 'AWS/Lambda',
    metric: 'Throttles',
    dimensions: { FunctionName: 'function' },
    threshold: 0,
  }),
  alarm({
    id: 'function-slow',
    namespace: 'AWS/Lambda',
    metric: 'Duration',
    statistic: 'Maximum',
    dimensions: { FunctionName: 'function' },
    // Milliseconds; nine tenths of the way to being cut off.
    threshold: FUNCTION_TIMEOUT_S * 900,
    periods: 3,
  }),
];

/** The metrics of serverless and of nodes share these names; the dimension differs. */
export const cacheAlarms = (kind: 'serverless' | 'node'): AlarmPlan[] => [
  alarm({
    id: 'cache-evictions',
    namespace: 'AWS/ElastiCache',
    metric: 'Evictions',
    dimensions: { [kind === 'serverless' ? 'clusterId' : 'ReplicationGroupId']: 'cache' },
    threshold: 0,
  }),
];

/** CloudFront's metrics exist in us-east-1 only, and so do these alarms and their topic. */
export const EDGE_ALARMS: readonly AlarmPlan[] = [
  alarm({
    id: 'edge-errors',
    namespace: 'AWS/CloudFront',
    metric: '5xxErrorRate',
    statistic: 'Average',
    dimensions: { DistributionId: 'distribution', Region: 'global' },
    threshold: 2,
    periodS: 300,
    periods: 2,
  }),
];

/** Every id that this program may use; docs/operations.md explains each. */
export const ALARM_IDS: readonly string[] = [
  ROLLBACK_ALARM,
  ...COUNTED_ALARMS,
  ...serviceAlarms(1, true),
  ...TABLE_ALARMS,
  ...MODEL_ALARMS,
  ...FUNCTION_ALARMS,
  ...cacheAlarms('node'),
  ...EDGE_ALARMS,
].map(({ id }) => id);
