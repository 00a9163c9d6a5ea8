export interface Zone {
  name: string;
  id: string;
}

/**
 * Zones that CloudFront's VPC origins do not reach, by their id (names differ from account to account). `use1-az3` has no
 * ARM64 Fargate either. Source: Amazon CloudFront Developer Guide, "Restrict access with VPC origins", read autumn 2026.
 */
export const EXCLUDED_ZONE_IDS: readonly string[] = ['use1-az3', 'usw1-az2', 'apne1-az3', 'cac1-az3'];

/**
 * The zones of the VPC, in an order that does not depend on AWS's answer: another order would move subnets.
 *
 * @throws Error when fewer than `count` are left
 */
export function chooseZones(zones: readonly Zone[], count: number): string[] {
  const usable = zones
    .filter(({ id }) => !EXCLUDED_ZONE_IDS.includes(id))
    .map(({ name }) => name)
    .sort();
  if (usable.length < count)
    throw new Error(
      `The region offers ${usable.length} usable zones (${usable.join(', ') || 'none'}), ${count} are wanted`,
    );
  return usable.slice(0, count);
}

/** Room for one kind of subnet. */
export interface SubnetPlan {
  public: string[];
  tasks: string[];
}

/**
 * The networks of the subnets, one of each kind per zone, in a /16: the tasks' are /20 (4,091 addresses), the public ones
 * /24. Written down, so that a third zone later moves nothing that is there.
 */
export function planSubnets(cidr: string, zones: number): SubnetPlan {
  const [a, b] = cidr.split('.');
  const each = <T>(make: (index: number) => T) => Array.from({ length: zones }, (_, index) => make(index));
  return {
    tasks: each((index) => `${a}.${b}.${index * 16}.0/20`),
    public: each((index) => `${a}.${b}.${240 + index}.0/24`),
  };
}
