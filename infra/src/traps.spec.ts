import { readIdentity } from './identity/read-identity';
import { parseIdentityOutputs } from './identity/outputs';
import { IDENTITY, record, type Choice } from './testing/environments';
import { container, inputsOf, read, type BehaviourInput } from './testing/inputs';
import { recordStack } from './testing/record-stack';

describe('trap 1: WebSockets over a VPC origin', () => {
  it('are the default: one VPC origin for each service, and every viewer header goes there uncached', async () => {
    const origins = await inputsOf({}, 'cloudfront/vpcOrigin:VpcOrigin');
    expect(origins.map((origin) => read(origin, 'vpcOriginEndpointConfig', 'httpPort'))).toEqual([8080, 8081]);
    const [distribution] = await inputsOf({}, 'cloudfront/distribution:Distribution');
    const behaviours = read(distribution!, 'orderedCacheBehaviors') as BehaviourInput[];
    const ofServices = behaviours.filter(({ pathPattern }) => /^\/(api|ws)\//.test(pathPattern));
    expect(ofServices.length).toBeGreaterThanOrEqual(2);
    for (const behaviour of ofServices)
      expect(behaviour).toMatchObject({
        originRequestPolicyId: '33f36d7e-f396-46d9-90e0-52428a34d9dc',
        cachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        viewerProtocolPolicy: 'https-only',
      });
  });

  it('survive a changed tag, which AWS would refuse', async () => {
    for (const origin of await inputsOf({}, 'cloudfront/vpcOrigin:VpcOrigin'))
      expect(origin.ignoreChanges).toEqual(expect.arrayContaining(['tags', 'tagsAll']));
  });
});

describe('trap 2: a load balancer behind a VPC origin', () => {
  it('is made with a security group, is internal, and has a TCP listener', async () => {
    const balancers = await inputsOf({}, 'lb/loadBalancer:LoadBalancer');
    expect(balancers).toHaveLength(2);
    for (const balancer of balancers) {
      expect(balancer.inputs).toMatchObject({ internal: true, loadBalancerType: 'network', ipAddressType: 'ipv4' });
      expect(balancer.inputs['securityGroups']).toHaveLength(1);
    }
    for (const listener of await inputsOf({}, 'lb/listener:Listener')) expect(listener.inputs['protocol']).toBe('TCP');
  });

  it('speaks TLS where it is public, with the certificate of the host that viewers ask for', async () => {
    const { resources } = await record({ environment: 'prod', entry: 'public' });
    for (const { inputs } of resources.filter(({ type }) => type === 'aws:lb/listener:Listener'))
      expect(inputs).toMatchObject({ protocol: 'TLS', certificateArn: expect.stringContaining('parley-prod-origin') });
    const certificate = resources.find(
      ({ type, name }) => type.endsWith(':Certificate') && name === 'parley-prod-origin' && type.startsWith('aws:'),
    );
    expect(certificate!.inputs).toMatchObject({
      domainName: 'parley.example.com',
      subjectAlternativeNames: ['*.origin.example.com'],
    });
  });
});

it('trap 3: the prefix list, which weighs 55 of 60, stands once in a security group', async () => {
  const rules = await inputsOf({ entry: 'public' }, 'vpc/securityGroupIngressRule:SecurityGroupIngressRule');
  const fenced = rules.filter((rule) => rule.inputs['prefixListId'] !== undefined);
  expect(fenced.map(({ inputs }) => [inputs['fromPort'], inputs['toPort']])).toEqual([
    [8080, 8080],
    [8081, 8081],
  ]);
  expect(new Set(fenced.map(({ inputs }) => inputs['securityGroupId'])).size).toBe(2);
});

it('trap 4: the load balancer waits longer in silence than the services, which ping every 20 s', async () => {
  for (const listener of await inputsOf({}, 'lb/listener:Listener'))
    expect(listener.inputs['tcpIdleTimeoutSeconds']).toBe(350);
});

it('trap 5: the edge waits 60 s between two packets, four times the heartbeat of a stream', async () => {
  const [distribution] = await inputsOf({}, 'cloudfront/distribution:Distribution');
  const origins = read(distribution!, 'origins') as {
    originId: string;
    vpcOriginConfig?: { originReadTimeout: number };
  }[];
  const timeouts = origins.flatMap(({ vpcOriginConfig }) => vpcOriginConfig?.originReadTimeout ?? []);
  expect(timeouts).toEqual([60, 60]);
  expect(JSON.stringify(origins)).not.toContain('responseCompletionTimeout');
});

describe('trap 6: leaving takes the deregistration delay and then the stop time-out', () => {
  it('120 s each, with calls left alone in the first part', async () => {
    const groups = await inputsOf({}, 'lb/targetGroup:TargetGroup');
    expect(groups).toHaveLength(2);
    for (const { inputs } of groups)
      expect(inputs).toMatchObject({
        deregistrationDelay: 120,
        connectionTermination: false,
        targetHealthStates: [{ enableUnhealthyConnectionTermination: false }],
        preserveClientIp: 'false',
        proxyProtocolV2: false,
        loadBalancingCrossZoneEnabled: 'true',
      });
    for (const definition of await inputsOf({}, 'ecs/taskDefinition:TaskDefinition'))
      expect(container(definition)['stopTimeout']).toBe(120);
  });

  it('and moving tasks between zones does not hand calls over for nothing', async () => {
    const services = await inputsOf({}, 'ecs/service:Service');
    expect(services.map(({ inputs }) => inputs['availabilityZoneRebalancing'])).toEqual(['ENABLED', 'DISABLED']);
  });
});

describe('trap 7: access tokens have a client and no audience, and issuers have two formats', () => {
  it('so services get every client id, and the issuer as it was told', async () => {
    const updated = 'https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_Pool00001';
    const choice = { config: { identity: { ...IDENTITY, issuer: updated } } };
    for (const definition of await inputsOf(choice, 'ecs/taskDefinition:TaskDefinition'))
      expect(container(definition)['environment']).toEqual(
        expect.arrayContaining([
          { name: 'COGNITO_ISSUER', value: updated },
          { name: 'COGNITO_CLIENT_IDS', value: 'spa-client,login-client' },
        ]),
      );
  });
});

describe('trap 8: a function behind a signed origin', () => {
  const choice: Choice = { environment: 'staging', compute: 'lambda' };

  it('has both permissions, for this one distribution', async () => {
    const permissions = await inputsOf(choice, 'lambda/permission:Permission');
    expect(permissions.map(({ inputs }) => inputs['action']).sort()).toEqual([
      'lambda:InvokeFunction',
      'lambda:InvokeFunctionUrl',
    ]);
    for (const { inputs } of permissions)
      expect(inputs).toMatchObject({
        principal: 'cloudfront.amazonaws.com',
        sourceArn: expect.stringMatching(/:parley-staging$/),
      });
  });

  it('streams, is signed always, and gets its own Host and no origin secret', async () => {
    const [url] = await inputsOf(choice, 'lambda/functionUrl:FunctionUrl');
    expect(url!.inputs).toMatchObject({ authorizationType: 'AWS_IAM', invokeMode: 'RESPONSE_STREAM' });
    const [distribution] = await inputsOf({ ...choice, entry: 'public' }, 'cloudfront/distribution:Distribution');
    const behaviours = read(distribution!, 'orderedCacheBehaviors') as BehaviourInput[];
    const moved = behaviours.filter(
      (each) => (each as unknown as { targetOriginId: string }).targetOriginId === 'chat-function',
    );
    expect(moved).toEqual([
      expect.objectContaining({
        pathPattern: '/api/chat*',
        originRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
        functionAssociations: [expect.objectContaining({ eventType: 'viewer-request' })],
      }),
    ]);
    const origins = read(distribution!, 'origins') as { originId: string; customHeaders?: unknown }[];
    expect(origins.find(({ originId }) => originId === 'chat-function')!.customHeaders).toBeUndefined();
    expect(origins.filter(({ customHeaders }) => customHeaders !== undefined)).toHaveLength(2);
  });

  it('has alarms on errors, throttling, and answers that come near the time at which it is cut off', async () => {
    const [answers] = await inputsOf(choice, 'lambda/function:Function');
    const alarms = (await inputsOf(choice, 'cloudwatch/metricAlarm:MetricAlarm')).filter(
      ({ inputs }) => inputs['namespace'] === 'AWS/Lambda',
    );
    expect(alarms.map(({ inputs }) => inputs['metricName'])).toEqual(['Errors', 'Duration', 'Throttles']);
    for (const { inputs } of alarms) {
      expect(inputs['dimensions']).toEqual({ FunctionName: answers!.name });
      expect(inputs['alarmActions']).toHaveLength(1);
    }
    const slow = alarms.find(({ inputs }) => inputs['metricName'] === 'Duration')!;
    expect(slow.inputs['threshold']).toBeLessThan(Number(answers!.inputs['timeout']) * 1_000);
    expect(await inputsOf({ environment: 'staging' }, 'lambda/function:Function')).toEqual([]);
  });

  it('sets no AWS_REGION, which Lambda refuses, and gets its secrets by ARN', async () => {
    const [answers] = await inputsOf(choice, 'lambda/function:Function');
    const variables = read(answers!, 'environment', 'variables') as Record<string, string>;
    expect(variables).not.toHaveProperty('AWS_REGION');
    expect(variables).not.toHaveProperty('COGNITO_CLIENT_SECRET');
    expect(variables).toMatchObject({
      COGNITO_CLIENT_SECRET_ARN: IDENTITY.loginClientSecretArn,
      CLIENT_ADDRESS_HEADER: 'x-parley-viewer-address',
      FORWARDED_AUTHORIZATION: 'true',
      AWS_LWA_INVOKE_MODE: 'response_stream',
    });
    expect(read(answers!, 'vpcConfig')).toBeUndefined();
  });
});

it('trap 9: an app client has its branding, or the login pages are unavailable', async () => {
  const { recordIdentity } = await import('./testing/identity-stack');
  const { resources } = await recordIdentity();
  const clients = resources.filter(({ type }) => type === 'aws:cognito/userPoolClient:UserPoolClient');
  const branded = resources.filter(({ type }) => type === 'aws:cognito/managedLoginBranding:ManagedLoginBranding');
  expect(clients.length).toBeGreaterThan(1);
  expect(branded.map(({ inputs }) => inputs['clientId']).sort()).toEqual(
    clients.map(({ name }) => `${name}-id`).sort(),
  );
  const [domain] = resources.filter(({ type }) => type === 'aws:cognito/userPoolDomain:UserPoolDomain');
  expect(domain!.inputs['managedLoginVersion']).toBe(2);
});

it('trap 10: only the VPC is an opaque component; everything else is a resource that these tests see', async () => {
  const { resources } = await record({ environment: 'prod' });
  const opaque = resources.filter(({ type }) => type.startsWith('awsx:'));
  expect(opaque.map(({ type }) => type)).toEqual(['awsx:ec2:Vpc']);
  for (const { name, inputs } of resources.filter(({ type }) => type === 'aws:ecs/service:Service')) {
    // An input made of an output that the mocks do not have would be missing here.
    expect(inputs).toMatchObject({
      cluster: expect.stringContaining('parley-prod'),
      taskDefinition: expect.stringContaining(name),
      loadBalancers: [{ targetGroupArn: expect.any(String) }],
      networkConfiguration: { subnets: ['tasks-1', 'tasks-2'], securityGroups: [`${name}-tasks-id`] },
    });
  }
});

describe('trap 11: a stack that lacks an output', () => {
  const source = { source: 'pulumi', stack: 'organization/parley-identity/dev' } as const;

  it('is told like any other fault, and ends nothing', async () => {
    const { userPoolId: _, ...rest } = IDENTITY;
    const wrong = recordStack({ stack: 'dev', identity: rest }, () => readIdentity(source));
    await expect(wrong).rejects.toThrow(
      'The stack organization/parley-identity/dev does not describe the user pool:\n  userPoolId is missing',
    );
  });

  it('and every fault is told at once, without its value', () => {
    const wrong = { ...IDENTITY, issuer: 'http://evil', userPoolId: 'x', loginClientId: undefined };
    expect(() => parseIdentityOutputs(wrong, 'parley:identity')).toThrow(
      /issuer: .*\n.*userPoolId: a user pool id.*\n.*loginClientId and loginClientSecretArn come together/,
    );
    expect(() => parseIdentityOutputs(wrong, 'parley:identity')).not.toThrow('evil');
  });
});

describe('trap 12: no Pulumi without Node 22, and none without its command', () => {
  it('the program is compiled: Pulumi compiles nothing', async () => {
    const { readFileSync } = await import('node:fs');
    for (const project of ['infra', 'infra/identity']) {
      const text = readFileSync(`${import.meta.dirname}/../../${project}/Pulumi.yaml`, 'utf8');
      expect(text).toMatch(/typescript: false[\s\S]*main: (\.\.\/)+dist\/infra\//);
    }
  });
});
