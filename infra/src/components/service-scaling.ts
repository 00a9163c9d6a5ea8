import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { METRICS_NAMESPACE, metricDimensions, type ServiceDescriptor } from '@parley/descriptor';
import type { StackConfig } from '../config/schema';
import type { Capacity } from '../planning/capacity';

export interface ServiceScalingArgs extends Pick<StackConfig, 'floor'> {
  service: ServiceDescriptor;
  environment: string;
  clusterName: pulumi.Input<string>;
  serviceName: pulumi.Input<string>;
  capacity: Capacity;
}

/**
 * As many tasks as live sessions want: the average of a gauge that falls when tasks are added. CPU says little about a
 * socket, and a total would never fall.
 */
export class ServiceScaling extends pulumi.ComponentResource {
  constructor(name: string, args: ServiceScalingArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:ServiceScaling', name, {}, options);
    const child = { parent: this };
    const { service, capacity, floor } = args;
    const target = new aws.appautoscaling.Target(
      name,
      {
        serviceNamespace: 'ecs',
        scalableDimension: 'ecs:service:DesiredCount',
        resourceId: pulumi.interpolate`service/${args.clusterName}/${args.serviceName}`,
        minCapacity: capacity.min,
        maxCapacity: capacity.max,
      },
      // The floor moves the minimum by the clock.
      { ...child, ignoreChanges: floor === undefined ? [] : ['minCapacity'] },
    );
    const of = {
      serviceNamespace: target.serviceNamespace,
      scalableDimension: target.scalableDimension,
      resourceId: target.resourceId,
    };
    new aws.appautoscaling.Policy(
      name,
      {
        ...of,
        policyType: 'TargetTrackingScaling',
        targetTrackingScalingPolicyConfiguration: {
          customizedMetricSpecification: {
            namespace: METRICS_NAMESPACE,
            metricName: service.scaling.metric,
            statistic: 'Average',
            dimensions: Object.entries(metricDimensions(args.environment, service.name)).map(([name, value]) => ({
              name,
              value,
            })),
          },
          targetValue: service.scaling.targetPerTask,
          scaleOutCooldown: 60,
          // Each task that leaves hands its sessions over: do it seldom.
          scaleInCooldown: 600,
        },
      },
      child,
    );
    if (floor === undefined) return;
    const tasks = Math.min(capacity.max, Math.max(capacity.min, floor.tasks));
    for (const [when, schedule, minCapacity] of [
      ['from', floor.from, tasks],
      ['until', floor.until, capacity.min],
    ] as const)
      new aws.appautoscaling.ScheduledAction(
        `${name}-floor-${when}`,
        { ...of, schedule, timezone: floor.timezone, scalableTargetAction: { minCapacity } },
        child,
      );
  }
}
