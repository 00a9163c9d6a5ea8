import { crossFaults } from './cross-checks';
import {
  IDENTITY_BLOCKS,
  KEYS,
  type IdentitySource,
  type KeyName,
  type PartialValues,
  type StackConfig,
} from './schema';

const NAMESPACE = 'parley:';

/** Thrown when the configuration of an environment is not right: every fault, by key. */
export class StackConfigError extends Error {
  override readonly name = 'StackConfigError';
  constructor(
    environment: string,
    readonly faults: readonly string[],
  ) {
    super(`Pulumi.${environment}.yaml is not right:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
  }
}

/** What an environment is called, decides names and the default of `protect`. */
const ENVIRONMENT = /^[a-z][a-z0-9-]{1,11}$/;
const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;
const protectOf = (environment: string) =>
  environment === 'prod' ? 'full' : environment === 'staging' ? 'backups' : 'none';

/**
 * The configuration of one environment.
 *
 * @param environment the name of the stack
 * @param all every value of the stack as Pulumi holds it: text by `<namespace>:<key>`
 * @throws StackConfigError with all faults at once: key, value and what is allowed, never a secret; for keys that are
 * not known, and for keys that contradict each other
 */
export function readStackConfig(environment: string, all: Readonly<Record<string, string>>): StackConfig {
  const given = new Map(
    Object.entries(all).flatMap(([name, value]) =>
      name.startsWith(NAMESPACE) ? [[name.slice(NAMESPACE.length), value] as const] : [],
    ),
  );
  const faults: string[] = [];
  if (!ENVIRONMENT.test(environment))
    faults.push(`the stack is named "${environment}": allowed are 2 to 12 lower case letters, digits and hyphens`);
  const region = all['aws:region'] ?? '';
  if (!REGION.test(region))
    faults.push(`aws:region is ${shown(all['aws:region'])}; allowed: a region such as us-east-1`);
  for (const name of given.keys())
    if (!Object.hasOwn(KEYS, name)) faults.push(`${NAMESPACE}${name} is not a key of this program${nearest(name)}`);

  const values: Record<string, unknown> = {};
  for (const [name, { schema, allowed, ...rest }] of Object.entries(KEYS)) {
    const result = schema.safeParse(given.get(name));
    if (result.success) values[name] = result.data;
    else {
      const value = 'secret' in rest && given.has(name) ? 'not valid' : shown(given.get(name));
      faults.push(`${NAMESPACE}${name} is ${value}; allowed: ${allowed}`);
    }
  }
  const valid = values as PartialValues;
  const protect = valid.protect ?? protectOf(environment);
  for (const [name, fault] of crossFaults({ values: valid, protect, given: new Set(given.keys()) }))
    faults.push(`${NAMESPACE}${name} ${fault}`);
  const identity = identityOf(valid, faults);
  if (faults.length > 0 || identity === undefined) throw new StackConfigError(environment, faults);
  const { identitySource: _, ...others } = valid as Required<PartialValues>;
  return { ...others, environment, region, protect, identity, natGateways: valid.natGateways ?? 'one' };
}

function identityOf({ identitySource, identity }: PartialValues, faults: string[]): IdentitySource | undefined {
  if (identitySource === undefined || identity === undefined) return undefined;
  const result = IDENTITY_BLOCKS[identitySource].safeParse(identity);
  if (result.success)
    return (
      identitySource === 'literal'
        ? { source: identitySource, values: result.data }
        : { source: identitySource, ...result.data }
    ) as IdentitySource;
  for (const { path, message } of result.error.issues)
    faults.push(`${NAMESPACE}${['identity', ...path].join('.')}: ${message} (identitySource is "${identitySource}")`);
  return undefined;
}

const shown = (value: string | undefined) => (value === undefined ? 'missing' : `"${value}"`);

/** A likely slip of the pen, for the message. */
function nearest(name: string): string {
  const match = (Object.keys(KEYS) as KeyName[]).find(
    (known) => known.toLowerCase() === name.toLowerCase().replaceAll(/[-_]/g, ''),
  );
  return match === undefined ? `; known are ${Object.keys(KEYS).join(', ')}` : `; did you mean ${match}?`;
}
