import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { ServiceDescriptor } from '@parley/descriptor';
import { boundedName, LOAD_BALANCER_NAME } from '../planning/names';
import type { TaskEgress } from './network';

/** Addresses that CloudFront asks origins from; admits every customer of CloudFront. */
const CLOUDFRONT_PREFIX_LIST = 'com.amazonaws.global.cloudfront.origin-facing';
/** New connections were seen to arrive for about two minutes after deregistration. Source: containers-roadmap issue 470. */
const DEREGISTRATION_DELAY_S = 120;
/** What the load balancer allows without traffic; the services ping every 20 s. */
const IDLE_S = 350;

export interface EntryArgs {
  service: ServiceDescriptor;
  /** Short and stable: the load balancer's name is made of it. */
  environment: string;
  vpcId: pulumi.Input<string>;
  /** Private ones for a VPC origin, public ones for the fenced load balancer. */
  subnetIds: pulumi.Input<string[]>;
  /** What must exist before: the internet gateway. */
  network: pulumi.Resource;
  deletionProtection: boolean;
  egress: TaskEgress;
  way:
    | { kind: 'vpc-origin' }
    /** `tls`: the certificate matches the viewer's host, because the edge forwards it. */
    | { kind: 'public'; tls?: { certificateArn: pulumi.Input<string>; host: string; zoneId: string } };
}

/** How the edge reaches a service. */
export type ReachedAt = { domainName: pulumi.Output<string> } & (
  { vpcOriginId: pulumi.Output<string> } | { port: number; tls: boolean }
);

/** The way from the edge to one service: a network load balancer of its own, its security groups, its targets. */
export class Entry extends pulumi.ComponentResource {
  readonly targetGroup: aws.lb.TargetGroup;
  readonly loadBalancer: aws.lb.LoadBalancer;
  /** The service must not be made before it: a target group without a load balancer is refused. */
  readonly listener: aws.lb.Listener;
  readonly taskGroup: aws.ec2.SecurityGroup;
  readonly reachedAt: ReachedAt;

  constructor(name: string, args: EntryArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:Entry', name, {}, options);
    const child = { parent: this };
    const { service, way } = args;
    const short = boundedName(`${args.environment}-${service.name}`, LOAD_BALANCER_NAME);
    const balancerGroup = this.addSecurityGroups(name, args);
    this.taskGroup = balancerGroup.tasks;
    this.loadBalancer = new aws.lb.LoadBalancer(
      short,
      {
        loadBalancerType: 'network',
        internal: way.kind === 'vpc-origin',
        ipAddressType: 'ipv4',
        subnets: args.subnetIds,
        // It can never be added later, and a VPC origin refuses a load balancer without one.
        securityGroups: [balancerGroup.balancer.id],
        enableCrossZoneLoadBalancing: true,
        enableDeletionProtection: args.deletionProtection,
      },
      { ...child, dependsOn: [args.network] },
    );
    this.targetGroup = this.addTargetGroup(short, args);
    const tls = way.kind === 'public' ? way.tls : undefined;
    this.listener = new aws.lb.Listener(
      name,
      {
        loadBalancerArn: this.loadBalancer.arn,
        port: service.port,
        defaultActions: [{ type: 'forward', targetGroupArn: this.targetGroup.arn }],
        ...(tls
          ? // A TLS listener's idle time is fixed at 350 s.
            { protocol: 'TLS', certificateArn: tls.certificateArn, sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06' }
          : { protocol: 'TCP', tcpIdleTimeoutSeconds: IDLE_S }),
      },
      child,
    );
    this.reachedAt = way.kind === 'vpc-origin' ? this.addVpcOrigin(name, args) : this.addPublicHost(name, args, tls);
    this.registerOutputs({});
  }

  /** Pulumi gives a group no rule by itself, not even a way out: every one is said here. */
  private addSecurityGroups(name: string, { service, vpcId, egress }: EntryArgs) {
    const child = { parent: this };
    const group = (suffix: string, description: string) =>
      new aws.ec2.SecurityGroup(`${name}-${suffix}`, { vpcId, description, revokeRulesOnDelete: true }, child);
    const balancer = group('nlb', `CloudFront to ${service.name}`);
    const tasks = group('tasks', `Tasks of ${service.name}`);
    const cloudfront = aws.ec2.getManagedPrefixListOutput({ name: CLOUDFRONT_PREFIX_LIST }, child);
    // One port, one rule: the list counts for 55 of the 60 rules that a group may have.
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-nlb-from-cloudfront`,
      {
        securityGroupId: balancer.id,
        prefixListId: cloudfront.id,
        ipProtocol: 'tcp',
        fromPort: service.port,
        toPort: service.port,
        description: 'CloudFront',
      },
      child,
    );
    for (const [suffix, port] of [
      ['port', service.port],
      ['health', service.adminPort],
    ] as const) {
      const rule = { ipProtocol: 'tcp', fromPort: port, toPort: port };
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-nlb-to-tasks-${suffix}`,
        { ...rule, securityGroupId: balancer.id, referencedSecurityGroupId: tasks.id },
        child,
      );
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-tasks-${suffix}`,
        { ...rule, securityGroupId: tasks.id, referencedSecurityGroupId: balancer.id },
        child,
      );
    }
    this.addWayOut(name, tasks, egress);
    return { balancer, tasks };
  }

  /** HTTPS alone: AWS's APIs and the sign-in keys. The VPC's own resolver is beyond the reach of security groups. */
  private addWayOut(name: string, tasks: aws.ec2.SecurityGroup, egress: TaskEgress): void {
    const child = { parent: this };
    const https = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 };
    const allow = (
      suffix: string,
      to: Pick<aws.vpc.SecurityGroupEgressRuleArgs, 'cidrIpv4' | 'prefixListId' | 'referencedSecurityGroupId'>,
    ) =>
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-tasks-${suffix}`,
        { ...https, ...to, securityGroupId: tasks.id },
        child,
      );
    if (egress === 'anywhere') return void allow('https', { cidrIpv4: '0.0.0.0/0' });
    const { prefixListIds, endpointGroup } = egress;
    for (const [service, prefixListId] of Object.entries(prefixListIds)) allow(service, { prefixListId });
    allow('endpoints', { referencedSecurityGroupId: endpointGroup.id });
    new aws.vpc.SecurityGroupIngressRule(
      `${name}-endpoints-https`,
      { ...https, securityGroupId: endpointGroup.id, referencedSecurityGroupId: tasks.id },
      child,
    );
  }

  /** Every field is said: the defaults of AWS and of Pulumi differ. */
  private addTargetGroup(short: string, { service, vpcId }: EntryArgs): aws.lb.TargetGroup {
    return new aws.lb.TargetGroup(
      short,
      {
        vpcId,
        targetType: 'ip',
        ipAddressType: 'ipv4',
        protocol: 'TCP',
        port: service.port,
        // A service is told of its end only after this delay, so calls must still be there then: no termination.
        deregistrationDelay: DEREGISTRATION_DELAY_S,
        connectionTermination: false,
        // Calls outlive a health check that flaps.
        targetHealthStates: [
          { enableUnhealthyConnectionTermination: false, unhealthyDrainingInterval: DEREGISTRATION_DELAY_S },
        ],
        // What it would preserve is CloudFront's address, never the viewer's.
        preserveClientIp: 'false',
        // Its header also precedes health checks, which Node answers with 400.
        proxyProtocolV2: false,
        loadBalancingCrossZoneEnabled: 'true',
        stickiness: { enabled: false, type: 'source_ip' },
        healthCheck: {
          enabled: true,
          protocol: 'HTTP',
          port: String(service.adminPort),
          path: service.health.ready,
          matcher: '200',
          interval: 10,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 3,
        },
      },
      { parent: this },
    );
  }

  private addVpcOrigin(name: string, { service }: EntryArgs): ReachedAt {
    const origin = new aws.cloudfront.VpcOrigin(
      name,
      {
        vpcOriginEndpointConfig: {
          name,
          arn: this.loadBalancer.arn,
          httpPort: service.port,
          httpsPort: 443,
          // Inside AWS's own network; a TLS listener cannot be a VPC origin.
          originProtocolPolicy: 'http-only',
          originSslProtocols: { items: ['TLSv1.2'], quantity: 1 },
        },
      },
      // Even a changed tag is refused (409) while a distribution uses it. To change one, give it a new name.
      { parent: this, dependsOn: [this.listener], ignoreChanges: ['tags', 'tagsAll'] },
    );
    return { domainName: this.loadBalancer.dnsName, vpcOriginId: origin.id };
  }

  private addPublicHost(
    name: string,
    { service }: EntryArgs,
    tls: { host: string; zoneId: string } | undefined,
  ): ReachedAt {
    if (tls === undefined) return { domainName: this.loadBalancer.dnsName, port: service.port, tls: false };
    const record = new aws.route53.Record(
      `${name}-origin`,
      {
        zoneId: tls.zoneId,
        name: tls.host,
        type: 'A',
        aliases: [{ name: this.loadBalancer.dnsName, zoneId: this.loadBalancer.zoneId, evaluateTargetHealth: false }],
      },
      { parent: this },
    );
    return { domainName: record.fqdn, port: service.port, tls: true };
  }
}
