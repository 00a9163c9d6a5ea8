import type { ServiceDescriptor } from '@parley/descriptor';

/**
 * Facts of a deployment that a descriptor's variables take with `from`. A fact is text, or a secret by reference; one that
 * this environment does not have is undefined, and one that is not in the list is unknown.
 */
export const FACTS = [
  'environment',
  'region',
  'issuer',
  'clientIds',
  'cognitoDomain',
  'loginClientId',
  'loginClientSecret',
  'origins',
  'ownOrigins',
  'voiceModelId',
  'chatModel',
  'knowledgeBaseId',
  'handOverTo',
  'guestVoice',
  'transcriptConsent',
  'guardrailId',
  'guardrailVersion',
  'googleApiKey',
  'googleApiKeyArn',
  'openaiBaseUrl',
  'openaiApiKey',
  'openaiApiKeyArn',
  'retentionDays',
  'table.conversations',
  'table.sessions',
  'guestSessionKeys',
  'originSecret.current',
  'originSecret.previous',
  'valkeyUrl',
  'valkeyMode',
  'valkeyPassword',
] as const;
export type FactName = (typeof FACTS)[number];

/** Where a secret lies: `arn` of the secret, and `valueFrom` as ECS wants it (with key and version where there are any). */
export interface SecretReference<S = string> {
  arn: S;
  valueFrom: S;
}
export type Fact<S = string> = { text: S } | { secret: SecretReference<S> } | undefined;
export type Facts<S = string> = Readonly<Record<FactName, Fact<S>>>;

export interface PlannedEnvironment<S = string> {
  /** In the order of the descriptor. */
  variables: { name: string; value: S | string }[];
  secrets: { name: string; reference: SecretReference<S> }[];
}

const isFact = (name: string): name is FactName => (FACTS as readonly string[]).includes(name);

/**
 * The environment of a task: exactly what its descriptor lists, in its order; secret values by reference only.
 *
 * @throws Error naming descriptor and variable for a fact that is not known, for a required variable without a value, and
 * for a secret that would stand in the open or the other way round
 */
export function planEnvironment<S>(
  { name: service, environment }: Pick<ServiceDescriptor, 'name' | 'environment'>,
  facts: Facts<S>,
): PlannedEnvironment<S> {
  const plan: PlannedEnvironment<S> = { variables: [], secrets: [] };
  for (const { name, from, value, secret, required } of environment) {
    const where = `apps/${service}/service.json: ${name}`;
    if (from === undefined) {
      if (secret && value !== undefined) throw new Error(`${where} is secret and has its value in the descriptor`);
      if (value !== undefined) plan.variables.push({ name, value });
      else if (required) throw new Error(`${where} is required and says neither value nor from`);
      continue;
    }
    if (!isFact(from)) throw new Error(`${where} takes the fact "${from}"; known are ${FACTS.join(', ')}`);
    const fact = facts[from];
    if (fact === undefined) {
      if (required) throw new Error(`${where} is required, and this environment has no ${from}`);
    } else if ('secret' in fact) {
      if (!secret) throw new Error(`${where} takes ${from}, which is secret, and does not say so`);
      plan.secrets.push({ name, reference: fact.secret });
    } else {
      if (secret) throw new Error(`${where} calls itself secret, but ${from} is not`);
      plan.variables.push({ name, value: fact.text });
    }
  }
  return plan;
}

/**
 * The same for a function. Lambda knows no `valueFrom`: a secret arrives as `<NAME>_ARN`, which the service reads at start.
 * Lambda sets AWS_REGION itself and refuses a function that sets it. CloudFront does not add its viewer address for a
 * Lambda origin: the viewer-request function does, under `addressHeader`. It moves the viewer's token aside as well, since
 * the request to the function is signed in `Authorization`.
 */
export function toFunctionEnvironment<S>(
  { variables, secrets }: PlannedEnvironment<S>,
  addressHeader: string,
): Record<string, S | string> {
  const environment: Record<string, S | string> = {};
  const rewritten: Record<string, string> = { CLIENT_ADDRESS_HEADER: addressHeader, FORWARDED_AUTHORIZATION: 'true' };
  for (const { name, value } of variables) if (name !== 'AWS_REGION') environment[name] = rewritten[name] ?? value;
  for (const { name, reference } of secrets) environment[`${name}_ARN`] = reference.arn;
  return environment;
}

/** Whether a service reads a fact at all. */
export const readsFact = ({ environment }: Pick<ServiceDescriptor, 'environment'>, fact: FactName): boolean =>
  environment.some(({ from }) => from === fact);
