import { unsecret } from './unsecret';

/** A resource as a rule sees it: from the tests' recording, or from the engine. */
export interface RuleResource {
  type: string;
  name: string;
  props: Record<string, unknown>;
  /** Pulumi itself refuses to delete it. */
  protect: boolean;
}

/** A rule over a whole stack: what it says, and what breaks it. */
export interface Rule {
  name: string;
  description: string;
  check(resources: readonly RuleResource[]): string[];
}

/** The resources of one type, by the last part of its token, such as `ecs/service:Service`. */
export const ofType = (resources: readonly RuleResource[], token: string): RuleResource[] =>
  resources.filter(({ type }) => type === `aws:${token}`);

/** A property on the way `path`, secrets opened, JSON text left as it is. */
export function at(resource: RuleResource, ...path: (string | number)[]): unknown {
  let value: unknown = resource.props;
  for (const step of path) {
    if (value === null || typeof value !== 'object') return undefined;
    value = unsecret((value as Record<string | number, unknown>)[step]);
  }
  return value;
}

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** The environment that the provider's default tags name. */
export function environmentOf(resources: readonly RuleResource[]): string | undefined {
  return resources.map(defaultTags).find((tags) => tags !== undefined)?.['environment'];
}

/** The default tags of an AWS provider; undefined for anything else. The engine hands them over as JSON text. */
export function defaultTags(resource: RuleResource): Record<string, string> | undefined {
  if (resource.type !== 'pulumi:providers:aws') return undefined;
  const given = at(resource, 'defaultTags');
  const { tags } = ((typeof given === 'string' ? JSON.parse(given) : given) ?? {}) as { tags?: Record<string, string> };
  return tags ?? {};
}
