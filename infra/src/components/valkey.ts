import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { SecretReference } from '../planning/environment';
import { boundedName } from '../planning/names';
import { StoredSecret } from './stored-secret';

export interface ValkeyArgs {
  kind: 'serverless' | 'node';
  vpcId: pulumi.Input<string>;
  subnetIds: pulumi.Input<string[]>;
  /** Groups of the tasks that may connect, by service. */
  clients: Readonly<Record<string, aws.ec2.SecurityGroup>>;
  key: aws.kms.Key | undefined;
  /** A second node in another zone that takes over; for `node`. */
  replica: boolean;
}

const PORT = 6379;

/**
 * What is hot and may be lost: fan-out and the logs of running answers. TLS and a password, whatever the kind. Serverless
 * is cluster mode, a node is not: services are told which.
 */
export class Valkey extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  readonly mode: 'cluster' | 'single';
  readonly password: SecretReference<pulumi.Output<string>>;
  /** For alarms: the id that metrics carry. */
  readonly cacheName: pulumi.Output<string>;

  constructor(name: string, args: ValkeyArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:Valkey', name, {}, options);
    const child = { parent: this };
    const group = new aws.ec2.SecurityGroup(
      name,
      { vpcId: args.vpcId, description: 'Valkey', revokeRulesOnDelete: true },
      child,
    );
    for (const [service, client] of Object.entries(args.clients)) {
      const rule = { ipProtocol: 'tcp', fromPort: PORT, toPort: PORT };
      new aws.vpc.SecurityGroupIngressRule(
        `${name}-from-${service}`,
        { ...rule, securityGroupId: group.id, referencedSecurityGroupId: client.id },
        child,
      );
      new aws.vpc.SecurityGroupEgressRule(
        `${name}-to-valkey-${service}`,
        { ...rule, securityGroupId: client.id, referencedSecurityGroupId: group.id },
        child,
      );
    }
    // ElastiCache takes 16 to 128 characters without punctuation that a URL would have to escape.
    const secret = new StoredSecret(`${name}-password`, { length: 48, key: args.key }, child);
    this.password = secret.reference;
    if (args.kind === 'serverless') {
      const cache = this.addServerless(name, args, group, secret.value);
      this.mode = 'cluster';
      this.url = cache.endpoints.apply((all) => `rediss://${all[0]!.address}:${all[0]!.port}`);
      this.cacheName = cache.name;
    } else {
      const cache = this.addNode(name, args, group, secret.value);
      this.mode = 'single';
      this.url = pulumi.interpolate`rediss://${cache.primaryEndpointAddress}:${PORT}`;
      this.cacheName = cache.id;
    }
    this.registerOutputs({});
  }

  private addServerless(
    name: string,
    args: ValkeyArgs,
    group: aws.ec2.SecurityGroup,
    password: pulumi.Output<string>,
  ): aws.elasticache.ServerlessCache {
    const child = { parent: this };
    const id = boundedName(name, 30);
    const user = new aws.elasticache.User(
      name,
      {
        userId: id,
        userName: 'default',
        engine: 'valkey',
        accessString: 'on ~* &* +@all -@dangerous',
        authenticationMode: { type: 'password', passwords: [password] },
      },
      child,
    );
    const users = new aws.elasticache.UserGroup(
      name,
      { userGroupId: id, engine: 'valkey', userIds: [user.userId] },
      child,
    );
    return new aws.elasticache.ServerlessCache(
      name,
      {
        name: id,
        engine: 'valkey',
        majorEngineVersion: '8',
        subnetIds: args.subnetIds,
        securityGroupIds: [group.id],
        userGroupId: users.userGroupId,
        // A ceiling, so that a fault costs a bounded sum; the floor is what AWS bills anyway.
        cacheUsageLimits: {
          dataStorage: { maximum: 2, unit: 'GB' },
          ecpuPerSeconds: [{ maximum: 10_000 }],
        },
        // What is in here may be lost.
        snapshotRetentionLimit: 0,
        ...(args.key === undefined ? {} : { kmsKeyId: args.key.arn }),
      },
      child,
    );
  }

  private addNode(
    name: string,
    args: ValkeyArgs,
    group: aws.ec2.SecurityGroup,
    password: pulumi.Output<string>,
  ): aws.elasticache.ReplicationGroup {
    const child = { parent: this };
    const subnets = new aws.elasticache.SubnetGroup(name, { subnetIds: args.subnetIds }, child);
    return new aws.elasticache.ReplicationGroup(
      boundedName(name, 32),
      {
        description: `Valkey of ${name}`,
        engine: 'valkey',
        engineVersion: '8.0',
        nodeType: 'cache.t4g.micro',
        numCacheClusters: args.replica ? 2 : 1,
        automaticFailoverEnabled: args.replica,
        multiAzEnabled: args.replica,
        subnetGroupName: subnets.name,
        securityGroupIds: [group.id],
        port: PORT,
        transitEncryptionEnabled: true,
        atRestEncryptionEnabled: true,
        authToken: password,
        snapshotRetentionLimit: 0,
        ...(args.key === undefined ? {} : { kmsKeyId: args.key.arn }),
      },
      child,
    );
  }
}
