import type { RuleResource } from './resource';
import { RULES } from './rules';

const faults = (rule: string, ...resources: [type: string, props: Record<string, unknown>, protect?: boolean][]) =>
  RULES.find(({ name }) => name === rule)!.check(
    resources.map(([type, props, protect = false]): RuleResource => ({
      type: type.startsWith('pulumi:') ? type : `aws:${type}`,
      name: 'x',
      props,
      protect,
    })),
  );
const provider = (environment: string): [string, Record<string, unknown>] => [
  'pulumi:providers:aws',
  { defaultTags: JSON.stringify({ tags: { environment } }) },
];
const ingress = 'vpc/securityGroupIngressRule:SecurityGroupIngressRule';
const policy = (...Statement: unknown[]): [string, Record<string, unknown>] => [
  'iam/rolePolicy:RolePolicy',
  { policy: JSON.stringify({ Statement }) },
];
const allow = (Action: string, Resource: string, rest = {}) => ({
  Sid: 'S',
  Effect: 'Allow',
  Action,
  Resource,
  ...rest,
});

describe('nothing-public refuses', () => {
  it.each<[string, string, [string, Record<string, unknown>][]]>([
    ['a port that is open to the world', 'admits everybody', [[ingress, { cidrIpv4: '0.0.0.0/0' }]]],
    ['a load balancer without a security group', 'without a security group', [['lb/loadBalancer:LoadBalancer', {}]]],
    [
      'a public load balancer that admits an address range',
      'admits more than CloudFront',
      [
        ['lb/loadBalancer:LoadBalancer', { internal: false, securityGroups: ['g'] }],
        [ingress, { securityGroupId: 'g', cidrIpv4: '10.0.0.0/8' }],
      ],
    ],
    ['tasks with public addresses', 'public addresses', [['ecs/service:Service', { networkConfiguration: {} }]]],
    ['an open function URL', 'unsigned', [['lambda/functionUrl:FunctionUrl', { authorizationType: 'NONE' }]]],
    ['a function that any distribution may call', 'every distribution', [['lambda/permission:Permission', {}]]],
    ['a bucket that nothing blocks', 'does not block', [['s3/bucket:Bucket', {}]]],
    [
      'rules inside a group',
      'rules inside',
      [['ec2/securityGroup:SecurityGroup', { ingress: [{ cidrBlocks: ['0.0.0.0/0'] }] }]],
    ],
  ])('%s', (_, fault, resources) => {
    expect(faults('nothing-public', ...resources).join()).toContain(fault);
  });

  it('nothing about a public load balancer that admits CloudFront alone', () => {
    expect(
      faults(
        'nothing-public',
        ['lb/loadBalancer:LoadBalancer', { internal: false, securityGroups: ['g'] }],
        [ingress, { securityGroupId: 'g', prefixListId: 'pl-1' }],
      ),
    ).toEqual([]);
  });
});

it.each<[string, string, string, [string, Record<string, unknown>][]]>([
  ['encrypted', 'a bucket', 'says nothing of encryption', [['s3/bucket:Bucket', {}]]],
  ['encrypted', 'a cache', 'is not encrypted', [['elasticache/replicationGroup:ReplicationGroup', {}]]],
  ['encrypted', 'a cache without users', 'no password', [['elasticache/serverlessCache:ServerlessCache', {}]]],
  ['encrypted', 'a key that stays', 'does not rotate', [['kms/key:Key', {}]]],
  [
    'encrypted',
    'an edge without TLS',
    'without TLS',
    [['cloudfront/distribution:Distribution', { defaultCacheBehavior: { viewerProtocolPolicy: 'allow-all' } }]],
  ],
  [
    'encrypted',
    'an edge with old TLS',
    'old TLS',
    [
      [
        'cloudfront/distribution:Distribution',
        { defaultCacheBehavior: {}, viewerCertificate: { acmCertificateArn: 'a', minimumProtocolVersion: 'TLSv1' } },
      ],
    ],
  ],
  ['logs-retained', 'a log for ever', 'for ever', [['cloudwatch/logGroup:LogGroup', {}]]],
  [
    'logs-retained',
    'a log with queries',
    'logs cs-uri-query',
    [['cloudwatch/logDelivery:LogDelivery', { recordFields: ['cs-uri-query'] }]],
  ],
  ['logs-retained', 'a log of everything', 'every field', [['cloudwatch/logDelivery:LogDelivery', {}]]],
  [
    'least-privilege',
    'every action',
    'allows dynamodb:*',
    [policy(allow('dynamodb:*', 'arn:aws:dynamodb:r:a:table/t'))],
  ],
  ['least-privilege', 'every resource', 'reaches *', [policy(allow('dynamodb:GetItem', '*'))]],
  ['least-privilege', 'every table', 'table/*', [policy(allow('dynamodb:GetItem', 'arn:aws:dynamodb:r:a:table/*'))]],
  [
    'least-privilege',
    'a model of every region without its profile',
    'bedrock:*',
    [policy(allow('bedrock:InvokeModel', 'arn:aws:bedrock:*::foundation-model/m'))],
  ],
  ['least-privilege', 'a managed policy', 'not ours', [['iam/rolePolicyAttachment:RolePolicyAttachment', {}]]],
  ['tags', 'a provider without an owner', 'no tag owner', [provider('dev')]],
  ['tags', 'no provider at all', 'no AWS provider', []],
  ['prod-protected', 'a table of prod', 'can be deleted', [provider('prod'), ['dynamodb/table:Table', {}]]],
  [
    'prod-protected',
    'a secret of prod that is gone at once',
    'is gone at once',
    [provider('prod'), ['secretsmanager/secret:Secret', { recoveryWindowInDays: 0 }]],
  ],
  [
    'least-privilege',
    'all but some actions',
    'allows all but what it names',
    [policy({ Sid: 'S', Effect: 'Allow', NotAction: 'iam:*', Resource: 'arn:aws:s3:::b' })],
  ],
  [
    'least-privilege',
    'policies inside a role',
    'has policies inside',
    [['iam/role:Role', { managedPolicyArns: ['a'] }]],
  ],
  ['prod-protected', 'a pool of prod', 'can be deleted', [provider('prod'), ['cognito/userPool:UserPool', {}]]],
  [
    'rule-quota',
    'two prefix lists in one group',
    'weighs 110',
    [
      [ingress, { securityGroupId: 'g', prefixListId: 'pl' }],
      [ingress, { securityGroupId: 'g', prefixListId: 'pl' }],
    ],
  ],
  [
    'images-by-digest',
    'a tag',
    'runs a tag',
    [
      ['ecs/service:Service', { desiredCount: 1 }],
      ['ecs/taskDefinition:TaskDefinition', { containerDefinitions: JSON.stringify([{ name: 'c', image: 'r:1' }]) }],
    ],
  ],
])('%s refuses %s', (rule, _, fault, resources) => {
  expect(faults(rule, ...resources).join()).toContain(fault);
});

it('protects nothing outside prod', () => {
  expect(faults('prod-protected', provider('dev'), ['dynamodb/table:Table', {}])).toEqual([]);
});
