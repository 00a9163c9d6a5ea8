import { RULES } from '../policy/rules';
import { COMPUTES, ENTRIES, ENVIRONMENTS, IDENTITY, record, SOURCES, TERRAFORM_IDENTITY } from './testing/environments';
import { ruleResources } from './testing/rule-resources';

const MATRIX = ENVIRONMENTS.flatMap((environment) =>
  ENTRIES.flatMap((entry) =>
    COMPUTES.flatMap((compute) => SOURCES.map((source) => ({ environment, entry, compute, source }))),
  ),
);

describe.each(MATRIX)('$environment, $entry, $compute, identity from $source', (choice) => {
  it('breaks no rule, and is the same stack a second time', async () => {
    const first = await record(choice);
    const resources = ruleResources(first.resources);
    for (const { name, check } of RULES) expect({ [name]: check(resources) }).toEqual({ [name]: [] });

    const urns = first.resources.map(({ urn }) => urn).sort();
    expect(new Set(urns).size).toBe(urns.length);
    const second = await record(choice);
    expect(second.resources.map(({ urn }) => urn).sort()).toEqual(urns);
  });

  it('can be previewed while nothing exists', async () => {
    const { resources } = await record(choice, { preview: true });
    const recorded = await record(choice);
    expect(resources.map(({ urn }) => urn).sort()).toEqual(recorded.resources.map(({ urn }) => urn).sort());
  });
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
