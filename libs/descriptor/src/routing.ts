import type { ServiceDescriptor } from './schema';

/** One behaviour of the edge: what matches `pattern` goes to `service`. */
export interface EdgeRoute {
  pattern: string;
  service: string;
  port: number;
}

const literalLength = (pattern: string) => pattern.replace(/\*$/, '').length;

/**
 * The edge's behaviours in the order in which they are tried: longest literal prefix first, an exact path before a
 * wildcard. CloudFront and the local edge both use this list, so a path leads to the same service everywhere.
 *
 * @throws Error when two services claim the same pattern: their order would be chance.
 */
export function planRoutes(services: readonly ServiceDescriptor[]): EdgeRoute[] {
  const routes = services.flatMap(({ name, port, paths }) =>
    paths.map((pattern) => ({ pattern, service: name, port })),
  );
  const claimed = new Map<string, string>();
  for (const { pattern, service } of routes) {
    const other = claimed.get(pattern);
    if (other !== undefined) throw new Error(`The path ${pattern} is claimed by both ${other} and ${service}`);
    claimed.set(pattern, service);
  }
  return routes.sort(
    (a, b) =>
      literalLength(b.pattern) - literalLength(a.pattern) ||
      Number(a.pattern.endsWith('*')) - Number(b.pattern.endsWith('*')) ||
      (a.pattern < b.pattern ? -1 : 1),
  );
}

/** Whether a path matches a pattern as CloudFront matches it: case-sensitive, the query apart, `*` for any characters. */
export function matchesPattern(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

/** The route a path takes, or `undefined` for the site. */
export function routeFor(routes: readonly EdgeRoute[], path: string): EdgeRoute | undefined {
  return routes.find(({ pattern }) => matchesPattern(pattern, path));
}
