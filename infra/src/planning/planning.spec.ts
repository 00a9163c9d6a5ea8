import fc from 'fast-check';
import type { ServiceDescriptor } from '@parley/descriptor';
import { planCapacity } from './capacity';
import { planBehaviours, serviceOfFunction } from './edge-plan';
import { FACTS, planEnvironment, toFunctionEnvironment, type Facts } from './environment';
import { statementsOf, type GrantContext } from './grants';
import { modelArns } from './models';
import { boundedName } from './names';
import { EXCLUDED_ZONE_IDS, chooseZones, planSubnets } from './zones';

describe('names', () => {
  it('fit their limit, and two different ones stay different', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,60}$/);
    fc.assert(
      fc.property(name, name, fc.integer({ min: 12, max: 56 }), (a, b, limit) => {
        expect(boundedName(a, limit).length).toBeLessThanOrEqual(limit);
        if (a !== b) expect(boundedName(a, limit)).not.toBe(boundedName(b, limit));
        if (a.length <= limit) expect(boundedName(a, limit)).toBe(a);
      }),
    );
  });
});

describe('zones', () => {
  const zone = fc.record({
    name: fc.stringMatching(/^us-east-1[a-h]$/),
    id: fc.constantFrom(...EXCLUDED_ZONE_IDS, 'use1-az1', 'use1-az2', 'use1-az4', 'use1-az5', 'use1-az6'),
  });

  it('are the same whatever the order of the answer, and never excluded ones', () => {
    fc.assert(
      fc.property(fc.uniqueArray(zone, { selector: ({ name }) => name, minLength: 8 }), (zones) => {
        const usable = zones.filter(({ id }) => !EXCLUDED_ZONE_IDS.includes(id));
        fc.pre(usable.length >= 2);
        const chosen = chooseZones(zones, 2);
        expect(chooseZones([...zones].reverse(), 2)).toEqual(chosen);
        expect(usable.map(({ name }) => name)).toEqual(expect.arrayContaining(chosen));
      }),
    );
  });

  it('have subnets that lie apart, and that a third zone does not move', () => {
    const [two, three] = [planSubnets('10.40.0.0/16', 2), planSubnets('10.40.0.0/16', 3)];
    expect(three.tasks.slice(0, 2)).toEqual(two.tasks);
    expect(three.public.slice(0, 2)).toEqual(two.public);
    expect(three).toEqual({
      tasks: ['10.40.0.0/20', '10.40.16.0/20', '10.40.32.0/20'],
      public: ['10.40.240.0/24', '10.40.241.0/24', '10.40.242.0/24'],
    });
  });
});

describe('the environment of a task', () => {
  const none = Object.fromEntries(FACTS.map((name) => [name, undefined])) as unknown as Facts;
  const secret = { arn: 'arn:s', valueFrom: 'arn:s:key::v' };
  const plan = (variable: object, facts: Partial<Facts> = {}) =>
    planEnvironment(
      { name: 's', environment: [{ name: 'X', secret: false, required: false, ...variable }] },
      { ...none, ...facts },
    );

  it('holds plain values, and secrets by reference', () => {
    expect(plan({ value: 'v' })).toEqual({ variables: [{ name: 'X', value: 'v' }], secrets: [] });
    expect(plan({ from: 'region' }, { region: { text: 'r' } }).variables).toEqual([{ name: 'X', value: 'r' }]);
    expect(plan({ from: 'valkeyPassword', secret: true }, { valkeyPassword: { secret } }).secrets).toEqual([
      { name: 'X', reference: secret },
    ]);
  });

  it('leaves out what this environment does not have, rather than an empty value', () => {
    expect(plan({ from: 'knowledgeBaseId' })).toEqual({ variables: [], secrets: [] });
    expect(plan({})).toEqual({ variables: [], secrets: [] });
  });

  it.each<[string, object, string, Partial<Facts>?]>([
    ['a fact that nobody knows', { from: 'colour' }, 'takes the fact "colour"; known are environment, region'],
    [
      'a required one that is not here',
      { from: 'issuer', required: true },
      'is required, and this environment has no issuer',
    ],
    ['a required one from nowhere', { required: true }, 'is required and says neither value nor from'],
    ['a secret in the open', { secret: true, value: 'v' }, 'has its value in the descriptor'],
    ['a secret that is not one', { from: 'region', secret: true }, 'calls itself secret', { region: { text: 'r' } }],
    ['an open one that is secret', { from: 'valkeyPassword' }, 'does not say so', { valkeyPassword: { secret } }],
  ])('refuses %s', (_, variable, fault, facts = {}) => {
    expect(() => plan(variable, facts)).toThrow(fault);
  });

  it('of a function has secrets by ARN, no region, the address header of the edge function, and the token where that put it', () => {
    const environment = toFunctionEnvironment(
      {
        variables: [
          { name: 'AWS_REGION', value: 'r' },
          { name: 'CLIENT_ADDRESS_HEADER', value: 'cloudfront-viewer-address' },
          { name: 'FORWARDED_AUTHORIZATION', value: 'false' },
        ],
        secrets: [{ name: 'S', reference: secret }],
      },
      'x-own',
    );
    expect(environment).toEqual({ CLIENT_ADDRESS_HEADER: 'x-own', FORWARDED_AUTHORIZATION: 'true', S_ARN: 'arn:s' });
  });
});

describe('grants', () => {
  const context: GrantContext = {
    region: 'eu-north-1',
    accountId: '1',
    tableArns: { conversations: 'arn:aws:dynamodb:::table/c', sessions: 'arn:aws:dynamodb:::table/s' },
    voiceModelId: 'amazon.nova-2-sonic-v1:0',
    chatModels: ['bedrock:eu.amazon.nova-lite-v1:0', 'bedrock:amazon.nova-pro-v1:0', 'openai:gpt'],
    knowledgeBaseId: undefined,
    guardrailId: undefined,
    googleApiKeyArn: undefined,
    openaiApiKeyArn: undefined,
    keyArn: undefined,
  };

  it('apply the guardrail for the chat alone, where there is one', () => {
    const guarded = { ...context, guardrailId: 'gr1' };
    const sids = (models: 'voice' | 'chat', where: GrantContext) =>
      statementsOf([{ kind: 'model', models }], where).map(({ Sid }) => Sid);
    expect(statementsOf([{ kind: 'model', models: 'chat' }], guarded)).toContainEqual({
      Sid: 'Guardrail',
      Effect: 'Allow',
      Action: ['bedrock:ApplyGuardrail'],
      Resource: 'arn:aws:bedrock:eu-north-1:1:guardrail/gr1',
    });
    expect(sids('voice', guarded)).not.toContain('Guardrail');
    expect(sids('chat', context)).not.toContain('Guardrail');
  });

  it('let the key of a provider be read while the service runs, where there is one, and no other', () => {
    const grants = [
      { kind: 'secret', secret: 'googleApiKey' },
      { kind: 'secret', secret: 'openaiApiKey' },
    ] as const;
    expect(statementsOf(grants, { ...context, openaiApiKeyArn: 'arn:o' })).toEqual([
      { Sid: 'OpenaiApiKey', Effect: 'Allow', Action: ['secretsmanager:GetSecretValue'], Resource: 'arn:o' },
    ]);
  });

  it('let only who sweeps a table read it from end to end', () => {
    const scans = (access: 'read' | 'write' | 'sweep') =>
      statementsOf([{ kind: 'table', table: 'conversations', access }], context)[0]!.Action.includes('dynamodb:Scan');
    expect([scans('read'), scans('write'), scans('sweep')]).toEqual([false, false, true]);
  });

  it('give both actions of a bidirectional stream on the one voice model', () => {
    expect(statementsOf([{ kind: 'model', models: 'voice' }], context)).toEqual([
      {
        Sid: 'ModelsVoice',
        Effect: 'Allow',
        Action: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithBidirectionalStream'],
        Resource: ['arn:aws:bedrock:eu-north-1::foundation-model/amazon.nova-2-sonic-v1:0'],
      },
    ]);
  });

  it('cover a profile and the model behind it, the latter only through the profile', () => {
    const profile = 'arn:aws:bedrock:eu-north-1:1:inference-profile/eu.amazon.nova-lite-v1:0';
    expect(modelArns(context.chatModels, context)).toEqual({
      direct: ['arn:aws:bedrock:eu-north-1::foundation-model/amazon.nova-pro-v1:0'],
      routed: [{ profileArn: profile, modelArn: 'arn:aws:bedrock:*::foundation-model/amazon.nova-lite-v1:0' }],
    });
    const statements = statementsOf([{ kind: 'model', models: 'chat' }], context);
    expect(statements.find(({ Sid }) => Sid === 'ProfileModelChat0')?.Condition).toEqual({
      StringEquals: { 'bedrock:InferenceProfileArn': profile },
    });
  });

  it('give nothing for a knowledge base that is not there, and no write to a reader', () => {
    expect(statementsOf([{ kind: 'knowledge-base' }], context)).toEqual([]);
    const [read] = statementsOf([{ kind: 'table', table: 'sessions', access: 'read' }], context);
    expect(read!.Action.filter((action) => /Put|Update|Delete|Write|Scan/.test(action))).toEqual([]);
    expect(read!.Resource).toEqual(['arn:aws:dynamodb:::table/s', 'arn:aws:dynamodb:::table/s/index/*']);
  });
});

describe('capacity and paths', () => {
  const service = (rest: Partial<ServiceDescriptor> = {}) =>
    ({
      name: 'a-service',
      port: 8080,
      paths: ['/api/*'],
      scaling: { metric: 'm', targetPerTask: 1, min: 2, max: 9 },
      environment: [{ name: 'VALKEY_URL', from: 'valkeyUrl', secret: false, required: false }],
      ...rest,
    }) as ServiceDescriptor;

  it('are what the descriptor says, one without Valkey, and none without images', () => {
    const of = (cache: 'none' | 'node', images: 'build' | 'none', rest = {}) => {
      const { min, max, desired } = planCapacity(service(rest), { cache, images });
      return [min, max, desired];
    };
    expect(of('node', 'build')).toEqual([2, 9, 2]);
    expect(of('none', 'build')).toEqual([1, 1, 1]);
    expect(of('node', 'build', { environment: [] })).toEqual([1, 1, 1]);
    expect(of('node', 'none')).toEqual([0, 0, 0]);
  });

  it('lead to the function only where it was asked for, and only the one path', () => {
    const services = [service()];
    expect(planBehaviours(services, false).map(({ pattern }) => pattern)).toEqual(['/api/*']);
    expect(planBehaviours(services, true)).toEqual([
      { pattern: '/api/chat*', origin: 'chat-function', kind: 'http' },
      { pattern: '/api/*', origin: 'a-service', kind: 'http' },
    ]);
    expect(serviceOfFunction(services).name).toBe('a-service');
    expect(() => serviceOfFunction([service({ paths: ['/ws/*'] })])).toThrow('no service has the path /api/chat');
  });

  it('are refused beyond the quota of one distribution', () => {
    const paths = Array.from({ length: 75 }, (_, index) => `/api/${index}`);
    expect(() => planBehaviours([service({ paths })], false)).toThrow('79 behaviours are more than the 75');
  });
});
