import type * as pulumi from '@pulumi/pulumi';
import type { ServiceDescriptor } from '@parley/descriptor';
import { Certificate } from '../components/certificate';
import { Entry, type EntryArgs } from '../components/entry';
import type { Network } from '../components/network';
import type { StackConfig } from '../config/schema';

export interface EntriesArgs {
  config: StackConfig;
  services: readonly ServiceDescriptor[];
  network: Network;
  options: pulumi.ComponentResourceOptions;
}

/** The way in to each service, by its name. */
export function addEntries(name: string, { config, services, network, options }: EntriesArgs): Record<string, Entry> {
  const { entry, originDomain, domain, zoneId } = config;
  const isPublic = entry === 'public';
  const certificate =
    isPublic && originDomain !== undefined && domain !== undefined && zoneId !== undefined
      ? // The edge forwards the viewer's Host, so CloudFront compares the certificate with that name, not the origin's.
        new Certificate(
          `${name}-origin`,
          { domain, alternatives: [`*.${originDomain}`], zoneId, region: config.region },
          options,
        )
      : undefined;
  const way = (service: string): EntryArgs['way'] => {
    if (!isPublic) return { kind: 'vpc-origin' };
    if (certificate === undefined || zoneId === undefined) return { kind: 'public' };
    return { kind: 'public', tls: { certificateArn: certificate.arn, host: `${service}.${originDomain}`, zoneId } };
  };
  return Object.fromEntries(
    services.map((service) => [
      service.name,
      new Entry(
        `${name}-${service.name}`,
        {
          service,
          environment: config.environment,
          vpcId: network.vpcId,
          subnetIds: isPublic ? network.publicSubnetIds : network.taskSubnetIds,
          network: network.vpc,
          egress: network.taskEgress,
          deletionProtection: config.protect === 'full',
          way: way(service.name),
        },
        options,
      ),
    ]),
  );
}
