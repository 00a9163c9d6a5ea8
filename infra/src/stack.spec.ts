import { RULES } from '../policy/rules';
import {
  COMPUTES,
  ENTRIES,
  ENVIRONMENTS,
  services,
  IDENTITY,
  record,
  SOURCES,
  TERRAFORM_IDENTITY,
} from './testing/environments';
import { ruleResources } from './testing/rule-resources';

const MATRIX = ENVIRONMENTS.flatMap((environment) =>
  ENTRIES.flatMap((entry) =>
    COMPUTES.flatMap((compute) => SOURCES.map((source) => ({ environment, entry, compute, source }))),
  ),
);

describe.each(MATRIX)('$environment, $entry, $compute, identity from $source', (choice) => {
  it('breaks no rule, and can be previewed while nothing exists', async () => {
    const { resources } = await record(choice);
    const seen = ruleResources(resources);
    for (const { name, check } of RULES) expect({ [name]: check(seen) }).toEqual({ [name]: [] });

    const urns = resources.map(({ urn }) => urn);
    expect(new Set(urns).size).toBe(urns.length);
    const preview = await record(choice, { preview: true });
    expect(preview.resources.map(({ urn }) => urn)).toEqual(urns);
  });
});

it.each(ENVIRONMENTS)(
  '%s is the same stack in every run: what a name is made of never changes',
  async (environment) => {
    const [first, second] = [await record({ environment }), await record({ environment })];
    expect(second.resources.map(({ urn }) => urn)).toEqual(first.resources.map(({ urn }) => urn));
  },
);

it.each(ENVIRONMENTS)('gives the tasks of %s exactly what their descriptors list', async (environment) => {
  const secret = (name: string) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}`;
  const everything = {
    knowledgeBaseId: 'ABCDEFGHIJ',
    handOverTo: JSON.stringify({ 'sub-of-bob': 'Bob', 'sub-of-kim': 'Kim' }),
    guardrail: JSON.stringify({ id: 'gr1', version: '1' }),
    googleApiKeyArn: secret('google'),
    openaiBaseUrl: 'https://models.example.com/v1',
    openaiApiKeyArn: secret('openai'),
    retentionDays: '365',
  };
  const { resources } = await record({ environment, config: everything });
  for (const { name, environment: listed } of services()) {
    const definition = resources.find((each) => each.type.endsWith('TaskDefinition') && each.name.endsWith(name))!;
    const [container] = JSON.parse(String(definition.inputs['containerDefinitions'])) as Record<
      string,
      { name: string }[]
    >[];
    // A provider's key is named, not handed over: the service reads it itself.
    const absent = environment === 'dev' ? /^(ORIGIN|VALKEY|\w+_API_KEY$)/ : /^(ORIGIN|\w+_API_KEY$)/;
    // One that says neither is the service's own affair: its default counts.
    const wanted = listed.filter(({ name, from, value }) => !absent.test(name) && (from ?? value) !== undefined);
    expect(container!['environment']!.map((each) => each.name)).toEqual(
      wanted.filter(({ secret }) => !secret).map((each) => each.name),
    );
    expect(container!['secrets']!.map((each) => each.name)).toEqual(
      wanted.filter(({ secret }) => secret).map((each) => each.name),
    );
  }
  const policies = resources
    .filter(({ type }) => type.endsWith('RolePolicy'))
    .map(({ inputs }) => String(inputs['policy']));
  const readers = policies.filter((policy) => policy.includes(secret('google')));
  expect(readers.map((policy) => policy.includes('"Sid":"GoogleApiKey"'))).toEqual([true]);
});

it.each(SOURCES)('gives the page and the services the same pool, told by %s', async (source) => {
  const { resources } = await record({ environment: 'staging', source });
  const page = resources.find(({ name }) => name.endsWith('/config.json'))!;
  const told = source === 'terraform' ? TERRAFORM_IDENTITY.spa_client_id : IDENTITY.loginClientId;
  expect(JSON.parse(String(page.inputs['content']))).toEqual({
    region: 'us-east-1',
    issuer: IDENTITY.issuer,
    domain: IDENTITY.domain,
    spaClientId: told,
  });
  const definition = resources.find(({ type, name }) => type.endsWith('TaskDefinition') && name.includes('chat'))!;
  expect(String(definition.inputs['containerDefinitions'])).toContain(
    `{"name":"COGNITO_LOGIN_CLIENT_ID","value":"${told}"}`,
  );
});
