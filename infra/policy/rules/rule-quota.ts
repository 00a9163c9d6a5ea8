import { RULE_QUOTA, weighRules } from '../../src/planning/security-rules';
import { at, ofType, type Rule } from '../resource';

/** A prefix list counts for as many rules as it may hold: two of them in one group are refused. */
export const ruleQuota: Rule = {
  name: 'rule-quota',
  description: `No security group weighs more than ${RULE_QUOTA} rules in one direction`,
  check(resources) {
    const rules = (['in', 'out'] as const).flatMap((direction) => {
      const kind = direction === 'in' ? 'Ingress' : 'Egress';
      return ofType(resources, `vpc/securityGroup${kind}Rule:SecurityGroup${kind}Rule`).map((rule) => ({
        group: String(at(rule, 'securityGroupId')),
        direction,
        // CloudFront's is where traffic comes from; it goes out to those of gateway endpoints.
        prefixList:
          at(rule, 'prefixListId') === undefined
            ? undefined
            : direction === 'in'
              ? ('cloudfront' as const)
              : ('gateway' as const),
      }));
    });
    return [...weighRules(rules)]
      .filter(([, weight]) => weight > RULE_QUOTA)
      .map(([group, weight]) => `${group} weighs ${weight}`);
  },
};
