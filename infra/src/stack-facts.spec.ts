import { siteRewriteCode } from './edge-functions/site-rewrite';
import { configOf, services, record } from './testing/environments';
import { RULES } from '../policy/rules';
import { unsecret } from '../policy/unsecret';
import { ruleResources } from './testing/rule-resources';
import { container, inputsOf, read, type BehaviourInput } from './testing/inputs';

it('scaling owns the number of tasks, and a service waits for its listener', async () => {
  for (const { ignoreChanges, dependsOn } of await inputsOf({}, 'ecs/service:Service')) {
    expect(ignoreChanges).toContain('desiredCount');
    expect(dependsOn.join()).toContain('aws:lb/listener:Listener');
  }
});

it('a service that does not read the address of Valkey is held at one task, and people are told', async () => {
  const { services, fixtureWorkspace } = await import('./testing/environments');
  const alone = services().map((service) => ({
    ...service,
    environment: service.environment.filter(({ name }) => name !== 'VALKEY_URL'),
  }));
  const { outputs, resources } = await record({ environment: 'staging' }, { workspace: fixtureWorkspace(alone) });
  expect(outputs.notes.join()).toContain('chat-service has at most 1 task(s): its descriptor lists no variable');
  expect(resources.filter(({ type }) => type.startsWith('aws:appautoscaling'))).toEqual([]);
  const grown = await record({ environment: 'staging' });
  expect(grown.outputs.notes).toEqual([]);
  expect(grown.resources.filter(({ type }) => type === 'aws:appautoscaling/policy:Policy')).toHaveLength(2);
});

it('a public entry is refused while a service would not check the origin header', async () => {
  const { services, fixtureWorkspace } = await import('./testing/environments');
  const unfenced = services().map((service) => ({
    ...service,
    environment: service.environment.filter(({ from }) => !from?.startsWith('originSecret')),
  }));
  const open = record({ entry: 'public' }, { workspace: fixtureWorkspace(unfenced) });
  await expect(open).rejects.toThrow('chat-service and voice-gateway would not check the origin header');
});

it('a public entry is built with the services as they are: they check the origin header', async () => {
  const { services, fixtureWorkspace } = await import('./testing/environments');
  const { resources } = await record({ entry: 'public' }, { workspace: fixtureWorkspace(services()) });
  const definitions = resources.filter(({ type }) => type === 'aws:ecs/taskDefinition:TaskDefinition');
  for (const definition of definitions)
    expect((container(definition)['secrets'] as { name: string }[]).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ORIGIN_VERIFY_CURRENT', 'ORIGIN_VERIFY_PREVIOUS']),
    );
});

it('the origin secret reaches services by reference, both values, and the edge as a secret', async () => {
  const { resources } = await record({ entry: 'public' });
  const definitions = resources.filter(({ type }) => type === 'aws:ecs/taskDefinition:TaskDefinition');
  for (const definition of definitions)
    expect(container(definition)['secrets']).toEqual(
      expect.arrayContaining([
        { name: 'ORIGIN_VERIFY_CURRENT', valueFrom: expect.stringMatching(/:current::version-1$/) },
        { name: 'ORIGIN_VERIFY_PREVIOUS', valueFrom: expect.stringMatching(/:previous::version-1$/) },
      ]),
    );
  expect(JSON.stringify(definitions)).not.toContain('oooooooo');
  const distribution = resources.find(({ type }) => type === 'aws:cloudfront/distribution:Distribution')!;
  expect(distribution.secretOutputs).toEqual(['origins']);
  expect(distribution.inputs['origins']).toHaveProperty('4dabf18193072939515e22adb298388d');
});

it('images none plans everything with no task, no build and no function', async () => {
  const { resources } = await record({
    environment: 'staging',
    compute: 'lambda',
    config: { images: 'none' },
  });
  expect(resources.filter(({ type }) => type.startsWith('docker-build'))).toEqual([]);
  expect(resources.filter(({ type }) => type.startsWith('aws:lambda'))).toEqual([]);
  const services = resources.filter(({ type }) => type === 'aws:ecs/service:Service');
  expect(services.map(({ inputs }) => inputs['desiredCount'])).toEqual([0, 0]);
});

it('images digest names exactly what was pushed, and every service must have one', async () => {
  const digests = { 'chat-service': `sha256:${'a'.repeat(64)}`, 'voice-gateway': `sha256:${'b'.repeat(64)}` };
  const definitions = await inputsOf({ config: { images: 'digest', digests } }, 'ecs/taskDefinition:TaskDefinition');
  expect(definitions.map((each) => String(container(each)['image']).split('@')[1]).sort()).toEqual(
    Object.values(digests),
  );
  const { 'chat-service': _, ...some } = digests;
  await expect(
    record({ config: { images: 'digest', digests: { ...some, other: digests['chat-service'] } } }),
  ).rejects.toThrow('parley:digests is not right: chat-service has none; other is no service of this workspace');
});

it('a new service folder becomes a whole service without a line here', async () => {
  const { fixtureWorkspace } = await import('./testing/environments');
  const added = {
    ...services()[0]!,
    name: 'notes-service',
    port: 8090,
    adminPort: 9090,
    paths: ['/api/notes*'],
  };
  const { resources } = await record({ environment: 'prod' }, { workspace: fixtureWorkspace([...services(), added]) });
  const own = resources.filter(({ name }) => name.includes('notes-service')).map(({ type }) => type.split(':').at(-1));
  for (const kind of [
    'Repository',
    'Image',
    'TaskDefinition',
    'Service',
    'Listener',
    'TargetGroup',
    'LoadBalancer',
    'VpcOrigin',
    'SecurityGroup',
    'LogGroup',
    'MetricAlarm',
    'Policy',
    'Role',
  ])
    expect(own).toContain(kind);
  const distribution = resources.find(({ type }) => type === 'aws:cloudfront/distribution:Distribution')!;
  const patterns = (read(distribution, 'orderedCacheBehaviors') as BehaviourInput[]).map(
    ({ pathPattern }) => pathPattern,
  );
  expect(patterns.slice(0, 4)).toEqual(['/api/notes*', '/ws/chat*', '/api/*', '/ws/*']);
});

it('zones that VPC origins do not reach are left out, and a region with too few is refused', async () => {
  const { resources } = await record();
  const vpc = resources.find(({ type }) => type === 'awsx:ec2:Vpc')!;
  expect(vpc.inputs['availabilityZoneNames']).toEqual(['us-east-1b', 'us-east-1c']);
  const few = { names: ['us-east-1a', 'us-east-1b'], zoneIds: ['use1-az3', 'use1-az1'] };
  await expect(record({}, { zones: few })).rejects.toThrow('offers 1 usable zones (us-east-1b), 2 are wanted');
});

it('endpoints stand in for the NAT gateway', async () => {
  const { resources } = await record({ config: { egress: 'endpoints', knowledgeBaseId: 'ABCDEFGHIJ' } });
  const names = resources
    .filter(({ type }) => type.endsWith('VpcEndpoint'))
    .map(({ inputs }) => String(inputs['serviceName']).replace('com.amazonaws.us-east-1.', ''));
  expect(names).toEqual(
    expect.arrayContaining(['s3', 'dynamodb', 'ecr.api', 'bedrock-runtime', 'bedrock-agent-runtime', 'cognito-idp']),
  );
  const vpc = resources.find(({ type }) => type === 'awsx:ec2:Vpc')!;
  expect(vpc.inputs['natGateways']).toEqual({ strategy: 'None' });
});

it('with endpoints, tasks reach those and nothing else, and the endpoints admit tasks alone', async () => {
  const { resources } = await record({ environment: 'staging', config: { egress: 'endpoints' } });
  const rules = (direction: string) =>
    resources.filter(({ type }) => type.endsWith(`:SecurityGroup${direction}Rule`)).map(({ inputs }) => inputs);
  const world = rules('Egress').filter(({ cidrIpv4, cidrIpv6 }) => (cidrIpv4 ?? cidrIpv6) !== undefined);
  expect(world).toEqual([]);
  const tasks = 'parley-staging-chat-service-tasks-id';
  const out = rules('Egress').filter(({ securityGroupId, fromPort }) => securityGroupId === tasks && fromPort === 443);
  expect(out.map(({ prefixListId, referencedSecurityGroupId }) => prefixListId ?? referencedSecurityGroupId)).toEqual(
    expect.arrayContaining(['pl-parley-staging-s3', 'pl-parley-staging-dynamodb', 'parley-staging-endpoints-id']),
  );
  expect(out).toHaveLength(3);
  const admitted = rules('Ingress').filter(({ securityGroupId }) => securityGroupId === 'parley-staging-endpoints-id');
  expect(admitted.map(({ referencedSecurityGroupId, fromPort }) => [referencedSecurityGroupId, fromPort])).toEqual([
    [tasks, 443],
    ['parley-staging-voice-gateway-tasks-id', 443],
  ]);
  const seen = ruleResources(resources);
  for (const { name, check } of RULES) expect({ [name]: check(seen) }).toEqual({ [name]: [] });
});

it('a shell in a task has its endpoint where nothing leads out', async () => {
  const of = async (exec: boolean) =>
    (await inputsOf({ config: { egress: 'endpoints', exec } }, 'ec2/vpcEndpoint:VpcEndpoint')).filter(({ inputs }) =>
      String(inputs['serviceName']).endsWith('.ssmmessages'),
    ).length;
  expect([await of(false), await of(true)]).toEqual([0, 1]);
});

it.each([
  ['/', '/index.html'],
  ['/rooms/7', '/index.html'],
  ['/assets/index-abc.js', '/assets/index-abc.js'],
  ['/config.json', '/config.json'],
  ['/v1.2/rooms', '/index.html'],
])('the page gets %s as %s', (uri, expected) => {
  const handler = new Function(`${siteRewriteCode}; return handler`)() as (event: unknown) => { uri: string };
  expect(handler({ request: { uri } }).uri).toBe(expected);
});

it('the function carries the token and the address, and nothing that a viewer made up', async () => {
  const { carryAuthorizationCode } = await import('./edge-functions/carry-authorization');
  const handler = new Function(`${carryAuthorizationCode}; return handler`)() as (event: unknown) => {
    headers: unknown;
  };
  const call = (headers: unknown) => handler({ viewer: { ip: '2001:db8::1' }, request: { headers } }).headers;
  expect(call({ authorization: { value: 'Bearer t' }, 'x-parley-viewer-address': { value: 'lie' } })).toEqual({
    authorization: { value: 'Bearer t' },
    'x-forwarded-authorization': { value: 'Bearer t' },
    'x-parley-viewer-address': { value: '2001:db8::1:0' },
  });
  expect(call({ 'x-forwarded-authorization': { value: 'lie' } })).toEqual({
    'x-parley-viewer-address': { value: '2001:db8::1:0' },
  });
});

it('the configuration of every choice in these tests is a valid one', () => {
  expect(configOf({ environment: 'prod', entry: 'public', compute: 'lambda' }).protect).toBe('full');
});

it('dev leaves nothing behind: nothing is protected, and everything that holds something goes with it', async () => {
  const { resources } = await record({ environment: 'dev', config: { cache: 'node', exec: true } });
  expect(resources.filter(({ protect, retained }) => protect || retained)).toEqual([]);
  const of = (token: string) => resources.filter(({ type }) => type === `aws:${token}`);
  for (const { inputs } of of('s3/bucket:Bucket')) expect(inputs['forceDestroy']).toBe(true);
  for (const { inputs } of of('ecr/repository:Repository')) expect(inputs['forceDelete']).toBe(true);
  for (const { inputs } of of('secretsmanager/secret:Secret')) expect(inputs['recoveryWindowInDays']).toBe(0);
  for (const { inputs } of of('dynamodb/table:Table')) expect(inputs['deletionProtectionEnabled']).toBe(false);
  for (const { inputs } of of('lb/loadBalancer:LoadBalancer')) expect(inputs['enableDeletionProtection']).toBe(false);
  expect(of('kms/key:Key')).toEqual([]);
});

it('tags are switched on for bills by the one stack that was asked to, for good: they are the account’s', async () => {
  const of = async (config: Record<string, unknown>) =>
    (await inputsOf({ environment: 'prod', config }, 'costexplorer/costAllocationTag:CostAllocationTag')).map(
      ({ inputs, retained }) => [inputs['tagKey'], inputs['status'], retained],
    );
  expect(await of({})).toEqual([]);
  expect(await of({ activateCostTags: true })).toEqual(
    ['cost-centre', 'environment', 'owner', 'project'].map((tag) => [tag, 'Active', true]),
  );
});

it.each(['vpc-origin', 'public'] as const)(
  'no secret stands in the open in the state of a stack, %s',
  async (entry) => {
    const { resources } = await record({ environment: 'prod', entry, config: { cache: 'node' } });
    // Drawn by AWS, given as the origin's proof, and the registry's password.
    const values = ['r'.repeat(48), ...(entry === 'public' ? ['o'.repeat(40)] : []), '"password":"token"'];
    const open = (value: unknown): unknown => {
      if (value === null || typeof value !== 'object') return value;
      if (unsecret(value) !== value) return 'a secret';
      return Array.isArray(value)
        ? value.map(open)
        : Object.fromEntries(Object.entries(value).map(([name, each]) => [name, open(each)]));
    };
    const written = JSON.stringify(resources.map(({ inputs }) => inputs));
    const shown = JSON.stringify(resources.map(({ inputs }) => open(inputs)));
    for (const value of values.slice(0, -1)) expect(written).toContain(value);
    for (const value of values) expect(shown).not.toContain(value);
  },
);

it('our key decrypts for tasks and functions only what its one service keeps with it', async () => {
  const policies = await inputsOf({ environment: 'prod', compute: 'lambda' }, 'iam/rolePolicy:RolePolicy');
  const statements = policies.flatMap(
    ({ inputs }) =>
      (
        JSON.parse(String(unsecret(inputs['policy']))) as {
          Statement: { Action: string | string[]; Condition?: object }[];
        }
      ).Statement,
  );
  const decrypting = statements.filter(({ Action }) => [Action].flat().includes('kms:Decrypt'));
  expect(decrypting.length).toBeGreaterThan(4);
  for (const { Condition } of decrypting)
    expect(Condition).toEqual({
      StringEquals: {
        'kms:ViaService': expect.stringMatching(/^(dynamodb|secretsmanager)\.us-east-1\.amazonaws\.com$/),
      },
    });
});

it('a certificate is proved name by name, in whatever order AWS gives the proofs', async () => {
  const { resources } = await record({ environment: 'prod', entry: 'public' });
  const proofs = resources.filter(({ type, name }) => type === 'aws:route53/record:Record' && name.includes('-proof-'));
  expect(proofs.map(({ name, inputs }) => [name, inputs['name']])).toEqual([
    ['parley-prod-edge-proof-0', '_proof.parley.example.com'],
    ['parley-prod-origin-proof-0', '_proof.parley.example.com'],
    ['parley-prod-origin-proof-1', '_proof.origin.example.com'],
  ]);
});

it('a shell needs a writable root, and exists only where it was asked for', async () => {
  for (const exec of [true, false]) {
    const { resources } = await record({ config: { exec } });
    for (const definition of resources.filter(({ type }) => type === 'aws:ecs/taskDefinition:TaskDefinition'))
      expect(container(definition)).toMatchObject({
        readonlyRootFilesystem: !exec,
        user: '1000:1000',
        linuxParameters: { initProcessEnabled: true, capabilities: { drop: ['ALL'] } },
      });
    const shells = resources.filter(
      ({ name, type }) => type === 'aws:iam/rolePolicy:RolePolicy' && name.endsWith('-exec'),
    );
    expect(shells).toHaveLength(exec ? 2 : 0);
  }
});

it('the floor raises the minimum by the clock', async () => {
  const floor = { tasks: 4, from: 'cron(0 7 ? * MON-FRI *)', until: 'cron(0 19 ? * MON-FRI *)' };
  const { resources } = await record({ environment: 'prod', config: { floor } });
  const actions = resources.filter(({ type }) => type === 'aws:appautoscaling/scheduledAction:ScheduledAction');
  expect(actions.map(({ inputs }) => inputs['scalableTargetAction'])).toEqual([
    { minCapacity: 4 },
    { minCapacity: 2 },
    { minCapacity: 4 },
    { minCapacity: 2 },
  ]);
});

it('the firewall counts where it shall, and never stops a long message', async () => {
  for (const waf of ['count', 'block'] as const) {
    const { resources } = await record({ config: { waf } });
    const acl = resources.find(({ type }) => type === 'aws:wafv2/webAcl:WebAcl')!;
    const rules = read(acl, 'rules') as { name: string; action?: object; overrideAction?: object; statement: object }[];
    expect(rules.at(-1)!.action).toEqual({ [waf]: {} });
    expect(rules[0]!.overrideAction).toEqual(waf === 'count' ? { count: {} } : { none: {} });
    expect(JSON.stringify(rules[0]!.statement)).toContain(
      '{"actionToUse":{"count":{}},"name":"SizeRestrictions_BODY"}',
    );
  }
});

it('lets the pages of embedOrigins call, and takes only the own origin for the product’s', async () => {
  const config = { embedOrigins: JSON.stringify(['https://shop.example', 'https://shop.example:8443']) };
  for (const definition of await inputsOf({ config }, 'ecs/taskDefinition:TaskDefinition')) {
    const environment = container(definition)['environment'] as { name: string; value: string }[];
    const valueOf = (wanted: string) => environment.find(({ name }) => name === wanted)?.value;
    const own = valueOf('OWN_ORIGINS')!;
    expect(own).toMatch(/^https:\/\/[^,]+$/);
    expect(valueOf('ALLOWED_ORIGINS')).toBe(`${own},https://shop.example,https://shop.example:8443`);
  }
});

it('lets guests speak only where guestVoice says so', async () => {
  const told = async (config: Record<string, string>) => {
    const definitions = await inputsOf({ config }, 'ecs/taskDefinition:TaskDefinition');
    return definitions.flatMap((definition) =>
      (container(definition)['environment'] as { name: string; value: string }[])
        .filter(({ name }) => name === 'GUEST_VOICE')
        .map(({ value }) => value),
    );
  };
  expect([await told({}), await told({ guestVoice: 'true' })]).toEqual([['false'], ['true']]);
});

it('lets pages of other origins load the widget and the configuration, and nothing else of the site', async () => {
  const { resources } = await record({});
  const policies = resources.filter(({ type }) => type.endsWith('ResponseHeadersPolicy'));
  const embedded = policies.filter((policy) => policy.inputs['corsConfig'] !== undefined);
  expect(embedded).toHaveLength(1);
  expect(read(embedded[0]!, 'corsConfig')).toMatchObject({
    accessControlAllowCredentials: false,
    accessControlAllowOrigins: { items: ['*'] },
  });
  expect(JSON.stringify(read(embedded[0]!, 'customHeadersConfig'))).toContain('"cross-origin"');
  const [distribution] = await inputsOf({}, 'cloudfront/distribution:Distribution');
  const behaviours = read(distribution!, 'orderedCacheBehaviors') as (BehaviourInput & Record<string, unknown>)[];
  const ofSite = behaviours.filter(({ targetOriginId }) => targetOriginId === 'site');
  expect(ofSite.map(({ pathPattern }) => pathPattern)).toEqual(['/widget.js', '/widget-audio.js', '/config.json']);
  expect(ofSite.map(({ allowedMethods }) => allowedMethods)).toEqual(Array(3).fill(['GET', 'HEAD', 'OPTIONS']));
});
