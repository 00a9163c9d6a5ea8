import * as aws from '@pulumi/aws';
import * as awsx from '@pulumi/awsx';
import * as pulumi from '@pulumi/pulumi';
import type { StackConfig } from '../config/schema';
import { planSubnets } from '../planning/zones';
import { serviceRole } from './roles';

export interface NetworkArgs extends Pick<
  StackConfig,
  'cidr' | 'egress' | 'natGateways' | 'logRetentionDays' | 'region'
> {
  accountId: string;
  /** Names of the zones, chosen: `awsx` wants plain text here. */
  zones: string[];
  /** A knowledge base is asked over an endpoint of its own. */
  usesKnowledgeBase: boolean;
  /** A shell in a task (ECS Exec) speaks to an endpoint of its own. */
  usesExec: boolean;
}

/** Where tasks may go on port 443: anywhere, or, where nothing leads out of the VPC, to the endpoints in it. */
export type TaskEgress =
  | 'anywhere'
  | {
      /** Of the gateway endpoints, by service. */
      prefixListIds: Readonly<Record<string, pulumi.Output<string>>>;
      /** The group of the interface endpoints. */
      endpointGroup: aws.ec2.SecurityGroup;
    };

/** AWS services that tasks talk to when there is no way out of the VPC; each costs by the hour and zone. */
const INTERFACE_ENDPOINTS = [
  'ecr.api',
  'ecr.dkr',
  'logs',
  'secretsmanager',
  'kms',
  'sts',
  'bedrock-runtime',
  // Unconfirmed: whether the keys of a pool can be read over this endpoint. See docs/decisions.
  'cognito-idp',
];

/** The VPC: tasks in private subnets, a way out by choice, and public subnets that hold what faces the internet, if anything. */
export class Network extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  readonly taskSubnetIds: pulumi.Output<string[]>;
  readonly publicSubnetIds: pulumi.Output<string[]>;
  /** What must exist before a VPC origin: it wants an internet gateway in the VPC, though no route. */
  readonly vpc: awsx.ec2.Vpc;
  readonly taskEgress: TaskEgress;

  constructor(name: string, args: NetworkArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:Network', name, {}, options);
    const child = { parent: this };
    const { zones, cidr, egress } = args;
    const subnets = planSubnets(cidr, zones.length);
    const isIsolated = egress === 'endpoints';
    this.vpc = new awsx.ec2.Vpc(
      name,
      {
        cidrBlock: cidr,
        availabilityZoneNames: zones,
        enableDnsHostnames: true,
        enableDnsSupport: true,
        subnetStrategy: 'Auto',
        subnetSpecs: [
          // Without a public subnet awsx makes no internet gateway, and then there is no VPC origin.
          { type: 'Public', name: 'public', cidrBlocks: subnets.public },
          { type: isIsolated ? 'Isolated' : 'Private', name: 'tasks', cidrBlocks: subnets.tasks },
        ],
        natGateways: { strategy: isIsolated ? 'None' : args.natGateways === 'one' ? 'Single' : 'OnePerAz' },
      },
      child,
    );
    this.vpcId = this.vpc.vpcId;
    this.publicSubnetIds = this.vpc.publicSubnetIds;
    this.taskSubnetIds = isIsolated ? this.vpc.isolatedSubnetIds : this.vpc.privateSubnetIds;

    // The group that AWS makes with a VPC admits its own members; nothing of ours uses it, so it admits nobody.
    new aws.ec2.DefaultSecurityGroup(`${name}-default`, { vpcId: this.vpcId, ingress: [], egress: [] }, child);
    this.taskEgress = this.addEndpoints(name, args, child);
    this.addFlowLog(name, args, child);
    this.registerOutputs({ vpcId: this.vpcId });
  }

  /** S3 and DynamoDB cost nothing this way and keep their traffic off the NAT gateway; the others stand in for it. */
  private addEndpoints(name: string, args: NetworkArgs, child: pulumi.CustomResourceOptions): TaskEgress {
    const routeTableIds = this.vpc.routeTables.apply((tables) => tables.map(({ id }) => id));
    const gateways = ['s3', 'dynamodb'].map((service) => {
      const endpoint = new aws.ec2.VpcEndpoint(
        `${name}-${service}`,
        {
          vpcId: this.vpcId,
          serviceName: `com.amazonaws.${args.region}.${service}`,
          vpcEndpointType: 'Gateway',
          routeTableIds: routeTableIds.apply((ids) => pulumi.all(ids)),
        },
        child,
      );
      return [service, endpoint.prefixListId] as const;
    });
    if (args.egress !== 'endpoints') return 'anywhere';
    // Who may come in is said by each service, for its own tasks.
    const endpointGroup = new aws.ec2.SecurityGroup(
      `${name}-endpoints`,
      { vpcId: this.vpcId, description: 'Endpoints of AWS services', revokeRulesOnDelete: true },
      child,
    );
    const services = [
      ...INTERFACE_ENDPOINTS,
      ...(args.usesKnowledgeBase ? ['bedrock-agent-runtime'] : []),
      ...(args.usesExec ? ['ssmmessages'] : []),
    ];
    for (const service of services)
      new aws.ec2.VpcEndpoint(
        `${name}-${service.replace('.', '-')}`,
        {
          vpcId: this.vpcId,
          serviceName: `com.amazonaws.${args.region}.${service}`,
          vpcEndpointType: 'Interface',
          privateDnsEnabled: true,
          subnetIds: this.taskSubnetIds,
          securityGroupIds: [endpointGroup.id],
        },
        child,
      );
    return { prefixListIds: Object.fromEntries(gateways), endpointGroup };
  }

  /** Refused traffic only: what was allowed is told by the services, and costs a multiple here. */
  private addFlowLog(name: string, args: NetworkArgs, child: pulumi.CustomResourceOptions): void {
    const group = new aws.cloudwatch.LogGroup(`${name}-flow`, { retentionInDays: args.logRetentionDays }, child);
    const role = serviceRole(`${name}-flow`, 'vpc-flow-logs.amazonaws.com', child, args.accountId);
    new aws.iam.RolePolicy(
      `${name}-flow`,
      {
        role: role.id,
        policy: pulumi.jsonStringify({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'WriteFlowLog',
              Effect: 'Allow',
              Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
              Resource: [group.arn, pulumi.interpolate`${group.arn}:*`],
            },
          ],
        }),
      },
      child,
    );
    new aws.ec2.FlowLog(
      `${name}-flow`,
      { vpcId: this.vpcId, trafficType: 'REJECT', logDestination: group.arn, iamRoleArn: role.arn },
      child,
    );
  }
}
