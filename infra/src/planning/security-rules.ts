/**
 * What the prefix lists of AWS count for in a security group: those of gateway endpoints for one rule, CloudFront's
 * origin-facing one for 55. Source: Amazon VPC User Guide, "AWS-managed prefix lists", 2026.
 */
export const PREFIX_LIST_WEIGHTS = { gateway: 1, cloudfront: 55 };
/** Rules of one direction of one security group, by default. */
export const RULE_QUOTA = 60;

export interface Rule {
  group: string;
  direction: 'in' | 'out';
  prefixList: keyof typeof PREFIX_LIST_WEIGHTS | undefined;
}

/** How much of its quota each security group uses, per direction: `<group> <direction>` to weight. */
export function weighRules(rules: readonly Rule[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { group, direction, prefixList } of rules) {
    const key = `${group} ${direction}`;
    weights.set(key, (weights.get(key) ?? 0) + (prefixList === undefined ? 1 : PREFIX_LIST_WEIGHTS[prefixList]));
  }
  return weights;
}
