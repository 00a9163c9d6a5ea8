import { PolicyPack } from '@pulumi/policy';
import { RULES } from './rules';

// `pulumi preview --policy-pack dist/infra/policy` holds the same rules against the engine's own view of a stack.
new PolicyPack('parley', {
  enforcementLevel: 'mandatory',
  policies: RULES.map(({ name, description, check }) => ({
    name,
    description,
    validateStack: ({ resources }, reportViolation) => {
      const seen = resources.map(({ type, name: resource, props, opts }) => ({
        type,
        name: resource,
        props,
        protect: opts.protect,
      }));
      for (const fault of check(seen)) reportViolation(fault);
    },
  })),
});
