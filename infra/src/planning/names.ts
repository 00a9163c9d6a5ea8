import { createHash } from 'node:crypto';

/** Characters that Pulumi adds to a name to make it unique: a hyphen and seven hexadecimal digits. */
const SUFFIX = 8;

/** AWS limits a load balancer's and a target group's name to 32 characters. */
export const LOAD_BALANCER_NAME = 32 - SUFFIX;
/** IAM allows 64 for a role. */
export const ROLE_NAME = 64 - SUFFIX;

/**
 * A name of at most `limit` characters that two different names never share: what is too long is cut and ends in a hash
 * of the whole. The name is the identity of a resource, so it must not depend on anything else.
 */
export function boundedName(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `${name.slice(0, limit - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}

/** What everything of an environment is named after: `parley-<environment>`. */
export const stackName = (environment: string): string => `parley-${environment}`;
