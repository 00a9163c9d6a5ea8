import type * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { ServiceDescriptor } from '@parley/descriptor';
import { Alarms } from '../components/alarms';
import type { Data } from '../components/data';
import type { Entry } from '../components/entry';
import { FargateService } from '../components/fargate-service';
import type { Images } from '../components/images';
import type { Network } from '../components/network';
import type { Watching } from '../components/watching';
import type { StackConfig } from '../config/schema';
import { countedAlarms, ROLLBACK_ALARM, serviceAlarms } from '../planning/alarms';
import { planCapacity } from '../planning/capacity';
import { planEnvironment } from '../planning/environment';
import type { DeploymentFacts } from './facts';
import { taskPolicy } from './policy';

export interface ServicesArgs {
  name: string;
  config: StackConfig;
  accountId: string;
  data: Data;
  images: Images;
  options: pulumi.ComponentResourceOptions;
  services: readonly ServiceDescriptor[];
  entries: Readonly<Record<string, Entry>>;
  network: Network;
  watching: Watching;
  cluster: aws.ecs.Cluster;
  facts: DeploymentFacts;
}

/** Every service on the cluster, with its alarms. Returns what a person should know of their number of tasks. */
export function addServices(args: ServicesArgs): string[] {
  return args.services.flatMap((service) => {
    const capacity = planCapacity(service, args.config);
    addService(service, capacity, args);
    const { heldBecause, max } = capacity;
    return heldBecause === undefined ? [] : [`${service.name} has at most ${max} task(s): ${heldBecause}`];
  });
}

function addService(service: ServiceDescriptor, capacity: ReturnType<typeof planCapacity>, args: ServicesArgs): void {
  const { config, accountId, data, images, options, watching, cluster, network } = args;
  const name = `${args.name}-${service.name}`;
  const entry = args.entries[service.name]!;
  const own = { environment: config.environment, service: service.name };
  const { topicArn } = watching;
  // Before the service: a deployment looks at it. It depends on nothing of the service.
  const rollback = new Alarms(`${name}-own`, { plans: [ROLLBACK_ALARM], values: own, topicArn }, options);
  const fargate = new FargateService(
    name,
    {
      ...config,
      service,
      accountId,
      cluster,
      image: images.references[service.name]!,
      repository: images.repositories[service.name]!,
      entry,
      subnetIds: network.taskSubnetIds,
      variables: planEnvironment(service, args.facts),
      key: data.key,
      policy: taskPolicy(service.grants, { config, accountId, data }),
      capacity,
      rollbackAlarms: Object.values(rollback.names),
    },
    options,
  );
  new Alarms(
    name,
    {
      plans: [...serviceAlarms(capacity.min, config.protect !== 'none'), ...countedAlarms(service)],
      values: {
        ...own,
        loadBalancer: entry.loadBalancer.arnSuffix,
        targetGroup: entry.targetGroup.arnSuffix,
        cluster: cluster.name,
        serviceName: fargate.service.name,
      },
      topicArn,
    },
    options,
  );
}
