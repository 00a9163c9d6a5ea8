import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';

/** The ECS cluster. */
export class ServiceCluster extends pulumi.ComponentResource {
  readonly cluster: aws.ecs.Cluster;

  constructor(name: string, args: { insights: boolean }, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:ServiceCluster', name, {}, options);
    const child = { parent: this };
    this.cluster = new aws.ecs.Cluster(
      name,
      // Its metrics (tasks running, among others) cost by the metric.
      { settings: [{ name: 'containerInsights', value: args.insights ? 'enabled' : 'disabled' }] },
      child,
    );
    // On demand only: Spot ends a task after two minutes without draining it, which is no place for a call.
    new aws.ecs.ClusterCapacityProviders(
      name,
      {
        clusterName: this.cluster.name,
        capacityProviders: ['FARGATE'],
        defaultCapacityProviderStrategies: [{ capacityProvider: 'FARGATE', weight: 1 }],
      },
      child,
    );
    this.registerOutputs({});
  }
}
