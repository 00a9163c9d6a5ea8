/** What CloudFront's origin-facing prefix list counts for in a security group. Source: Amazon VPC User Guide, 2026. */
export const PREFIX_LIST_WEIGHT = 55;
/** Rules of one direction of one security group, by default. */
export const RULE_QUOTA = 60;

export interface Rule {
  group: string;
  direction: 'in' | 'out';
  usesPrefixList: boolean;
}

/** How much of its quota each security group uses, per direction: `<group> <direction>` to weight. */
export function weighRules(rules: readonly Rule[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { group, direction, usesPrefixList } of rules) {
    const key = `${group} ${direction}`;
    weights.set(key, (weights.get(key) ?? 0) + (usesPrefixList ? PREFIX_LIST_WEIGHT : 1));
  }
  return weights;
}
