import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { ServiceDescriptor } from '@parley/descriptor';
import type { StackConfig } from '../config/schema';
import type { Capacity } from '../planning/capacity';
import type { PlannedEnvironment } from '../planning/environment';
import type { Entry } from './entry';
import { keyOfSecrets, serviceRole } from './roles';
import { ServiceScaling } from './service-scaling';

export interface FargateServiceArgs extends Pick<StackConfig, 'logRetentionDays' | 'region' | 'exec' | 'floor'> {
  service: ServiceDescriptor;
  environment: string;
  accountId: string;
  cluster: aws.ecs.Cluster;
  image: pulumi.Input<string>;
  repository: aws.ecr.Repository;
  entry: Entry;
  subnetIds: pulumi.Input<string[]>;
  variables: PlannedEnvironment<pulumi.Output<string>>;
  /** Decrypts the secrets, where the key is ours. */
  key: aws.kms.Key | undefined;
  /** The statements of the task role, as a policy document; undefined when it needs none. */
  policy: pulumi.Input<string>;
  capacity: Capacity;
  /** A deployment that raises one of these is rolled back. */
  rollbackAlarms: pulumi.Input<string>[];
}

/** SIGTERM to SIGKILL; Fargate's maximum. A service leaves within 100 s. */
const STOP_TIMEOUT_S = 120;
/** The user `node` of the image. */
const USER = '1000:1000';

/** One service on ECS: its roles, log group, task definition, service and scaling. */
export class FargateService extends pulumi.ComponentResource {
  readonly service: aws.ecs.Service;
  readonly logGroup: aws.cloudwatch.LogGroup;
  readonly taskRole: aws.iam.Role;

  constructor(name: string, args: FargateServiceArgs, options?: pulumi.ComponentResourceOptions) {
    super('parley:infra:FargateService', name, {}, options);
    const child = { parent: this };
    const { service, capacity, entry } = args;
    this.logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: `/parley/${args.environment}/${service.name}`, retentionInDays: args.logRetentionDays },
      child,
    );
    const taskRole = serviceRole(`${name}-task`, 'ecs-tasks.amazonaws.com', child, args.accountId);
    this.taskRole = taskRole;
    new aws.iam.RolePolicy(`${name}-task`, { role: taskRole.id, policy: args.policy }, child);
    if (args.exec) this.allowExec(name, taskRole);
    const taskDefinition = this.addTaskDefinition(name, args, taskRole, this.addExecutionRole(name, args));
    this.service = new aws.ecs.Service(
      name,
      {
        cluster: args.cluster.arn,
        taskDefinition: taskDefinition.arn,
        desiredCount: capacity.desired,
        platformVersion: '1.4.0',
        capacityProviderStrategies: [{ capacityProvider: 'FARGATE', weight: 1 }],
        networkConfiguration: {
          subnets: args.subnetIds,
          securityGroups: [entry.taskGroup.id],
          assignPublicIp: false,
        },
        loadBalancers: [
          { targetGroupArn: entry.targetGroup.arn, containerName: service.name, containerPort: service.port },
        ],
        healthCheckGracePeriodSeconds: 60,
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        alarms: { enable: true, rollback: true, alarmNames: args.rollbackAlarms },
        // Moving a task to even out the zones would hand over every call of it for nothing.
        availabilityZoneRebalancing: service.protocol === 'websocket' ? 'DISABLED' : 'ENABLED',
        enableExecuteCommand: args.exec,
        propagateTags: 'SERVICE',
        enableEcsManagedTags: true,
        // A deployment that the circuit breaker took back is a failed `up`. Draining adds four minutes at most.
        waitForSteadyState: true,
      },
      // Scaling owns the number of tasks; an update would set it back.
      { ...child, dependsOn: [entry.listener], ignoreChanges: ['desiredCount'] },
    );
    if (capacity.max > 1)
      new ServiceScaling(
        name,
        {
          service,
          environment: args.environment,
          clusterName: args.cluster.name,
          serviceName: this.service.name,
          capacity,
          floor: args.floor,
        },
        child,
      );
    this.registerOutputs({});
  }

  /** What ECS itself needs to start the task: the image, the log group and the secrets of this one service. */
  private addExecutionRole(name: string, args: FargateServiceArgs): aws.iam.Role {
    const child = { parent: this };
    const role = serviceRole(`${name}-start`, 'ecs-tasks.amazonaws.com', child, args.accountId);
    const arns = [...args.variables.secrets.map(({ reference }) => reference.arn)];
    const statements = pulumi
      .all([args.repository.arn, this.logGroup.arn, pulumi.all(arns), pulumi.output(args.key?.arn)])
      .apply(([repository, logGroup, secrets, key]) => [
        // An account has one registry token; the action knows no resource.
        { Sid: 'RegistryToken', Effect: 'Allow', Action: ['ecr:GetAuthorizationToken'], Resource: '*' },
        {
          Sid: 'PullImage',
          Effect: 'Allow',
          Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
          Resource: repository,
        },
        {
          Sid: 'WriteLog',
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: `${logGroup}:*`,
        },
        ...(secrets.length === 0
          ? []
          : [
              {
                Sid: 'ReadSecrets',
                Effect: 'Allow',
                Action: ['secretsmanager:GetSecretValue'],
                Resource: [...new Set(secrets)],
              },
            ]),
        ...(secrets.length === 0 || key === undefined ? [] : [keyOfSecrets(key, args.region)]),
      ]);
    new aws.iam.RolePolicy(
      `${name}-start`,
      { role: role.id, policy: pulumi.jsonStringify({ Version: '2012-10-17', Statement: statements }) },
      child,
    );
    return role;
  }

  private addTaskDefinition(name: string, args: FargateServiceArgs, taskRole: aws.iam.Role, start: aws.iam.Role) {
    const { service, variables, exec } = args;
    const live = `http://127.0.0.1:${service.adminPort}${service.health.live}`;
    const container = {
      name: service.name,
      image: args.image,
      essential: true,
      // ECS Exec needs a writable root; it exists outside prod only.
      readonlyRootFilesystem: !exec,
      user: USER,
      // Reaps what Node leaves and passes SIGTERM on.
      linuxParameters: { initProcessEnabled: true, capabilities: { add: [], drop: ['ALL'] } },
      ulimits: [{ name: 'nofile', softLimit: 65_536, hardLimit: 65_536 }],
      mountPoints: [{ sourceVolume: 'tmp', containerPath: '/tmp', readOnly: false }],
      portMappings: [service.port, service.adminPort].map((port) => ({
        containerPort: port,
        hostPort: port,
        protocol: 'tcp',
      })),
      environment: variables.variables,
      secrets: variables.secrets.map(({ name: variable, reference }) => ({
        name: variable,
        valueFrom: reference.valueFrom,
      })),
      healthCheck: {
        command: [
          'CMD',
          'node',
          '-e',
          `fetch('${live}').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
        ],
        interval: 30,
        timeout: 5,
        retries: 3,
        startPeriod: 30,
      },
      stopTimeout: STOP_TIMEOUT_S,
      logConfiguration: {
        logDriver: 'awslogs',
        options: {
          'awslogs-group': this.logGroup.name,
          'awslogs-region': args.region,
          'awslogs-stream-prefix': service.name,
          // A slow log service must not stop the audio.
          mode: 'non-blocking',
          'max-buffer-size': '25m',
        },
      },
      systemControls: [],
      volumesFrom: [],
    };
    return new aws.ecs.TaskDefinition(
      name,
      {
        family: name,
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: String(service.size.cpu),
        memory: String(service.size.memory),
        runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
        executionRoleArn: start.arn,
        taskRoleArn: taskRole.arn,
        volumes: [{ name: 'tmp' }],
        containerDefinitions: pulumi.jsonStringify([container]),
      },
      { parent: this },
    );
  }

  private allowExec(name: string, role: aws.iam.Role): void {
    new aws.iam.RolePolicy(
      `${name}-exec`,
      {
        role: role.id,
        policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              // The channel of a shell; these actions know no resource.
              Sid: 'ExecChannel',
              Effect: 'Allow',
              Action: [
                'ssmmessages:CreateControlChannel',
                'ssmmessages:CreateDataChannel',
                'ssmmessages:OpenControlChannel',
                'ssmmessages:OpenDataChannel',
              ],
              Resource: '*',
            },
          ],
        }),
      },
      { parent: this },
    );
  }
}
