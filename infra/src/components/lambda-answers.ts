import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { ServiceDescriptor } from '@parley/descriptor';
import { FUNCTION_TIMEOUT_S } from '../planning/alarms';
import { boundedName } from '../planning/names';
import { keyOfSecrets, serviceRole } from './roles';

export interface LambdaAnswersArgs {
  service: ServiceDescriptor;
  environmentName: string;
  /** Only by digest: a function cannot be made without an image. */
  image: pulumi.Input<string>;
  environment: Record<string, pulumi.Input<string>>;
  secretArns: pulumi.Input<string>[];
  key: aws.kms.Key | undefined;
  policy: pulumi.Input<string>;
  logRetentionDays: number;
  accountId: string;
  region: string;
  provisionedConcurrency: number | undefined;
}

const ALIAS = 'live';

/**
 * Answers as a function: the same image behind the Lambda Web Adapter, streamed through a URL that only signed requests of
 * this distribution reach. It is in no VPC (such URLs do not stream there) and so has no Valkey.
 */
export class LambdaAnswers extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  /** Host of the function URL. */
  readonly domainName: pulumi.Output<string>;
  private readonly alias: aws.lambda.Alias;

  constructor(
    private readonly title: string,
    args: LambdaAnswersArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('parley:infra:LambdaAnswers', title, {}, options);
    const child = { parent: this };
    const { service } = args;
    const logGroup = new aws.cloudwatch.LogGroup(
      `${title}-answers`,
      { name: `/parley/${args.environmentName}/${service.name}-answers`, retentionInDays: args.logRetentionDays },
      child,
    );
    const role = this.addRole(args, logGroup);
    this.function = new aws.lambda.Function(
      boundedName(`${title}-answers`, 56),
      {
        packageType: 'Image',
        imageUri: args.image,
        architectures: ['arm64'],
        memorySize: service.size.memory,
        timeout: FUNCTION_TIMEOUT_S,
        role: role.arn,
        publish: true,
        loggingConfig: { logFormat: 'JSON', logGroup: logGroup.name },
        environment: {
          variables: {
            ...args.environment,
            AWS_LWA_PORT: String(service.port),
            AWS_LWA_READINESS_CHECK_PORT: String(service.adminPort),
            AWS_LWA_READINESS_CHECK_PATH: service.health.ready,
            AWS_LWA_INVOKE_MODE: 'response_stream',
          },
        },
      },
      child,
    );
    this.alias = new aws.lambda.Alias(
      `${title}-answers`,
      { name: ALIAS, functionName: this.function.name, functionVersion: this.function.version },
      child,
    );
    if (args.provisionedConcurrency !== undefined)
      new aws.lambda.ProvisionedConcurrencyConfig(
        `${title}-answers`,
        {
          functionName: this.function.name,
          qualifier: this.alias.name,
          provisionedConcurrentExecutions: args.provisionedConcurrency,
        },
        child,
      );
    const url = new aws.lambda.FunctionUrl(
      `${title}-answers`,
      {
        functionName: this.function.name,
        qualifier: this.alias.name,
        authorizationType: 'AWS_IAM',
        invokeMode: 'RESPONSE_STREAM',
      },
      child,
    );
    this.domainName = url.functionUrl.apply((address) => new URL(address).host);
    this.registerOutputs({});
  }

  /** Both permissions are needed since October 2025; with one, the edge answers 403. */
  admit(distributionArn: pulumi.Input<string>): void {
    const common = {
      function: this.function.name,
      qualifier: this.alias.name,
      principal: 'cloudfront.amazonaws.com',
      sourceArn: distributionArn,
    };
    new aws.lambda.Permission(
      `${this.title}-answers-url`,
      { ...common, action: 'lambda:InvokeFunctionUrl', functionUrlAuthType: 'AWS_IAM' },
      { parent: this },
    );
    new aws.lambda.Permission(
      `${this.title}-answers-invoke`,
      { ...common, action: 'lambda:InvokeFunction', invokedViaFunctionUrl: true },
      { parent: this },
    );
  }

  private addRole(args: LambdaAnswersArgs, logGroup: aws.cloudwatch.LogGroup): aws.iam.Role {
    const child = { parent: this };
    const role = serviceRole(`${this.title}-answers`, 'lambda.amazonaws.com', child);
    new aws.iam.RolePolicy(`${this.title}-answers`, { role: role.id, policy: args.policy }, child);
    const statements = pulumi
      .all([logGroup.arn, pulumi.all(args.secretArns), pulumi.output(args.key?.arn)])
      .apply(([log, secrets, key]) => [
        {
          Sid: 'WriteLog',
          Effect: 'Allow',
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: `${log}:*`,
        },
        // Lambda has no secrets by reference: the service reads them itself.
        ...(secrets.length === 0
          ? []
          : [{ Sid: 'ReadSecrets', Effect: 'Allow', Action: ['secretsmanager:GetSecretValue'], Resource: secrets }]),
        ...(secrets.length === 0 || key === undefined ? [] : [keyOfSecrets(key, args.region)]),
      ]);
    new aws.iam.RolePolicy(
      `${this.title}-answers-run`,
      { role: role.id, policy: pulumi.jsonStringify({ Version: '2012-10-17', Statement: statements }) },
      child,
    );
    return role;
  }
}
