import * as pulumi from '@pulumi/pulumi';

/** One resource as the program registered it. */
export interface Recorded {
  type: string;
  name: string;
  /** Inputs as they are once every output is known. */
  inputs: Record<string, unknown>;
  urn: string;
  parent: string;
  protect: boolean;
  ignoreChanges: string[];
  dependsOn: string[];
  secretOutputs: string[];
  /** Stays in the account when the stack goes. */
  retained: boolean;
}

export interface Recording<T> {
  resources: Recorded[];
  outputs: T;
}

/** How the mocks stand in for AWS; what is not said is made up. */
export interface RecordOptions {
  stack: string;
  /** As at a first preview: what only AWS can tell is unknown. */
  preview?: boolean;
  zones?: { names: string[]; zoneIds: string[] };
  /** Outputs of the other stack, or of the Terraform state. */
  identity?: Record<string, unknown>;
}

const ACCOUNT = '123456789012';
export const ZONES = {
  names: ['us-east-1a', 'us-east-1b', 'us-east-1c', 'us-east-1d'],
  zoneIds: ['use1-az3', 'use1-az1', 'use1-az2', 'use1-az4'],
};

/** What a resource would tell about itself, beyond an ARN and an id. */
function stateOf(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  switch (type) {
    case 'awsx:ec2:Vpc':
      return {
        vpcId: 'vpc-1',
        publicSubnetIds: ['public-1', 'public-2'],
        privateSubnetIds: ['tasks-1', 'tasks-2'],
        isolatedSubnetIds: ['tasks-1', 'tasks-2'],
        routeTables: [{ id: 'rtb-1' }, { id: 'rtb-2' }],
      };
    case 'aws:ec2/vpcEndpoint:VpcEndpoint':
      return { prefixListId: `pl-${name}` };
    case 'aws:lb/loadBalancer:LoadBalancer':
      return { dnsName: `${name}.elb.amazonaws.com`, zoneId: 'ZLB', arnSuffix: `net/${name}` };
    case 'aws:lb/targetGroup:TargetGroup':
      return { arnSuffix: `targetgroup/${name}` };
    case 'aws:cloudfront/distribution:Distribution':
      return { domainName: 'd111.cloudfront.net', hostedZoneId: 'ZCF' };
    case 'aws:lambda/functionUrl:FunctionUrl':
      return { functionUrl: 'https://abc.lambda-url.us-east-1.on.aws/' };
    case 'aws:ecr/repository:Repository':
      return { repositoryUrl: `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/${name}`, registryId: ACCOUNT };
    case 'docker-build:index:Image':
      return { ref: `${name}@sha256:${'1'.repeat(64)}`, digest: `sha256:${'1'.repeat(64)}` };
    case 'aws:elasticache/serverlessCache:ServerlessCache':
      return { endpoints: [{ address: 'valkey.example', port: 6379 }] };
    case 'aws:elasticache/replicationGroup:ReplicationGroup':
      return { primaryEndpointAddress: 'valkey.example' };
    case 'aws:secretsmanager/secretVersion:SecretVersion':
      return { versionId: 'version-1' };
    case 'aws:s3/bucket:Bucket':
      return { bucketRegionalDomainName: `${name}.s3.us-east-1.amazonaws.com` };
    case 'aws:route53/record:Record':
      return { fqdn: name };
    case 'aws:acm/certificate:Certificate':
      return {
        // In another order than asked for, as AWS may give them.
        domainValidationOptions: [inputs['domainName'], ...((inputs['subjectAlternativeNames'] as string[]) ?? [])]
          .reverse()
          .map((domainName) => ({
            domainName,
            resourceRecordName: `_proof.${String(domainName).replace('*.', '')}`,
            resourceRecordType: 'CNAME',
            resourceRecordValue: `_${String(domainName)}.acm-validations.aws`,
          })),
      };
    case 'aws:cognito/userPool:UserPool':
      return { id: 'us-east-1_Pool00001', endpoint: 'cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool00001' };
    case 'aws:secretsmanager/secret:Secret':
      return { arn: `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:${name}` };
    default:
      return {};
  }
}

/**
 * Runs a program under mocks and tells everything that it registered, options included. The mocks give every resource an
 * ARN: an input built from a missing output would silently vanish.
 */
export async function recordStack<T>(options: RecordOptions, program: () => Promise<T>): Promise<Recording<T>> {
  const { stack, preview = false, zones = ZONES, identity = {} } = options;
  const byName = new Map<string, pulumi.runtime.MockResourceArgs>();
  await pulumi.runtime.setMocks(
    {
      newResource: (args) => {
        byName.set(`${args.type} ${args.name}`, args);
        if (args.type === 'pulumi:pulumi:StackReference')
          return { id: args.name, state: { ...args.inputs, outputs: identity, secretOutputNames: [] } };
        if (preview && args.custom !== false && !args.type.startsWith('pulumi:')) return { id: undefined, state: {} };
        const id = `${args.name}-id`;
        const state = {
          name: args.name,
          arn: `arn:aws:mock:us-east-1:${ACCOUNT}:${args.name}`,
          ...args.inputs,
          ...stateOf(args.type, args.name, args.inputs as Record<string, unknown>),
        };
        return { id: (state as { id?: string }).id ?? id, state };
      },
      call: ({ token, inputs }) => {
        switch (token) {
          case 'aws:index/getCallerIdentity:getCallerIdentity':
            return { accountId: ACCOUNT };
          case 'aws:index/getAvailabilityZones:getAvailabilityZones':
            return zones;
          case 'aws:ec2/getManagedPrefixList:getManagedPrefixList':
            return { id: 'pl-cloudfront' };
          case 'aws:secretsmanager/getRandomPassword:getRandomPassword':
            return { randomPassword: 'r'.repeat(48) };
          case 'aws:ecr/getAuthorizationToken:getAuthorizationToken':
            return { userName: 'AWS', password: 'token' };
          case 'terraform:state:getS3Reference':
            return { outputs: identity };
          default:
            return inputs;
        }
      },
    },
    'parley',
    stack,
    preview,
  );
  const registered = watchMonitor();
  // Pulumi takes a stack trace for every promise, and Jest maps each to its source: most of the time of a run.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  let outputs: T;
  try {
    outputs = await program();
    // Internal to Pulumi's typings, public in its module: resolves when everything registered has an answer.
    await (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  const resources = registered.map((seen): Recorded => ({
    ...seen,
    inputs: (byName.get(`${seen.type} ${seen.name}`)?.inputs ?? {}) as Record<string, unknown>,
  }));
  // The order of registration is chance.
  return { resources: resources.sort((a, b) => (a.urn < b.urn ? -1 : 1)), outputs };
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getAdditionalsecretoutputsList(): string[];
  getRetainondelete(): boolean;
}
type Done = (error: unknown, answer?: { getUrn(): string }) => void;
interface Monitor {
  registerResource(request: Request, done: Done): unknown;
}

/** Mocks are not told of options; the monitor that they stand behind is. */
function watchMonitor(): Omit<Recorded, 'inputs'>[] {
  const seen: Omit<Recorded, 'inputs'>[] = [];
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, done) =>
    register(request, (error, answer) => {
      if (answer !== undefined && request.getType() !== 'pulumi:pulumi:Stack')
        seen.push({
          type: request.getType(),
          name: request.getName(),
          urn: answer.getUrn(),
          parent: request.getParent(),
          protect: request.getProtect(),
          ignoreChanges: request.getIgnorechangesList(),
          dependsOn: request.getDependenciesList(),
          secretOutputs: request.getAdditionalsecretoutputsList(),
          retained: request.getRetainondelete(),
        });
      done(error, answer);
    });
  return seen;
}
