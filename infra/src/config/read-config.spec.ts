import { readStackConfig, StackConfigError } from './read-config';

const literal = JSON.stringify({ issuer: 'https://x' });
const base = { 'aws:region': 'us-east-1', 'parley:identitySource': 'literal', 'parley:identity': literal };
const read = (values: Record<string, unknown> = {}, environment = 'dev') =>
  readStackConfig(environment, {
    ...base,
    ...Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        `parley:${key}`,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]),
    ),
  });
const faultsOf = (values: Record<string, unknown>, environment?: string): readonly string[] => {
  try {
    read(values, environment);
  } catch (error) {
    if (error instanceof StackConfigError) return error.faults;
    throw error;
  }
  return [];
};
const secret = 'a'.repeat(32);
const publicEntry = { entry: 'public', originSecret: { current: secret } };
const prod = { alarmEmail: 'ops@example.com' };

it('gives an environment its defaults', () => {
  expect(read()).toMatchObject({
    environment: 'dev',
    region: 'us-east-1',
    entry: 'vpc-origin',
    egress: 'nat',
    natGateways: 'one',
    chatCompute: 'ecs',
    images: 'build',
    cache: 'serverless',
    waf: 'count',
    protect: 'none',
    exec: false,
    logRetentionDays: 30,
    chatModels: ['bedrock:amazon.nova-lite-v1:0'],
    identity: { source: 'literal', values: { issuer: 'https://x' } },
  });
});

it.each([
  ['dev', 'none'],
  ['staging', 'backups'],
  ['prod', 'full'],
])('protects %s by default as %s', (environment, protect) => {
  expect(read(prod, environment).protect).toBe(protect);
});

it('tells every fault at once, by key, with the value and what is allowed', () => {
  const faults = faultsOf({ entry: 'vpc', waf: 'on', zones: 4, colour: 'red', exec: 'yes', alarmEmail: 'me' });
  expect(faults).toEqual([
    expect.stringMatching(/^parley:colour is not a key of this program; known are entry, /),
    'parley:entry is "vpc"; allowed: vpc-origin | public',
    'parley:zones is "4"; allowed: 2 | 3',
    'parley:waf is "on"; allowed: count | block | off',
    'parley:exec is "yes"; allowed: true | false',
    'parley:alarmEmail is "me"; allowed: an e-mail address',
  ]);
});

it('guesses what an unknown key was meant to be', () => {
  expect(faultsOf({ 'alarm-email': 'a@b.example' })).toEqual([
    'parley:alarm-email is not a key of this program; did you mean alarmEmail?',
  ]);
});

it('never shows the origin secret, valid or not', () => {
  const faults = faultsOf({ ...publicEntry, originSecret: { current: 'short-and-secret' } });
  expect(faults.join()).toContain('parley:originSecret is not valid; allowed: { current, previous? }');
  expect(faults.join()).not.toContain('short-and-secret');
});

it.each<[string, Record<string, unknown>, string, string?]>([
  ['an origin with a path', { embedOrigins: ['https://shop.example/'] }, 'embedOrigins is '],
  ['an origin with the port of https', { embedOrigins: ['https://shop.example:443'] }, 'embedOrigins is '],
  ['guests who speak perhaps', { guestVoice: 'perhaps' }, 'guestVoice is "perhaps"; allowed: true | false'],
  ['every origin', { embedOrigins: ['*'] }, 'embedOrigins is '],
  ['a domain without its zone', { domain: 'parley.example.com' }, 'zoneId is missing'],
  ['a zone without a domain', { zoneId: 'Z0123' }, 'domain is missing'],
  ['a public entry without an origin domain', publicEntry, 'originDomain is missing'],
  ['a public entry with TLS but no domain', { ...publicEntry, originDomain: 'o.example.com' }, 'domain is missing'],
  ['a public entry without its secret', { entry: 'public', allowInsecureOrigin: true }, 'originSecret is missing'],
  [
    'an insecure origin in prod',
    { ...prod, ...publicEntry, allowInsecureOrigin: true },
    'allowInsecureOrigin is "true"',
    'prod',
  ],
  ['an insecure origin inside the VPC', { allowInsecureOrigin: true }, 'allowInsecureOrigin is "true"'],
  ['a model outside AWS without NAT', { egress: 'endpoints', chatModels: ['openai:gpt'] }, 'chatModels holds'],
  ['NAT gateways without NAT', { egress: 'endpoints', natGateways: 'one' }, 'natGateways is "one"'],
  ['digests that are not there', { images: 'digest' }, 'digests is missing'],
  ['digests that nothing uses', { digests: { a: `sha256:${'0'.repeat(64)}` } }, 'digests is given'],
  ['a shell in prod', { ...prod, exec: true }, 'exec is "true"', 'prod'],
  ['provisioned concurrency of no function', { chatProvisionedConcurrency: 2 }, 'chatProvisionedConcurrency has no'],
  ['a function without a domain', { chatCompute: 'lambda' }, 'domain is missing: with chatCompute lambda'],
  ['prod without a cache', { ...prod, cache: 'none' }, 'cache is "none"', 'prod'],
  [
    'a floor above the one task',
    { cache: 'none', floor: { tasks: 3, from: 'cron(0 7 * * ? *)', until: 'cron(0 19 * * ? *)' } },
    'floor has no meaning',
  ],
  ['prod without a firewall', { ...prod, waf: 'off' }, 'waf is "off"', 'prod'],
  ['prod that tells nobody', {}, 'alarmEmail is missing', 'prod'],
  ['a pool in a stack without its name', { identitySource: 'pulumi', identity: {} }, 'identity.stack: '],
  ['a state without its bucket', { identitySource: 'terraform', identity: { key: 'k' } }, 'identity.bucket: '],
])('refuses %s', (_, values, fault, environment = 'dev') => {
  expect(faultsOf(values, environment).join('\n')).toContain(`parley:${fault}`);
});

it('refuses a stack name that would not fit into names, and no region', () => {
  expect(() => readStackConfig('My Stack', { ...base, 'aws:region': 'nowhere' })).toThrow(
    /the stack is named "My Stack".*\n.*aws:region is "nowhere"; allowed/,
  );
});
