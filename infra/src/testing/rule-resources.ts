import type { RuleResource } from '../../policy/resource';
import type { Recorded } from './record-stack';

/** A recording as the rules see a stack. */
export const ruleResources = (resources: readonly Recorded[]): RuleResource[] =>
  resources.map(({ type, name, inputs, protect }) => ({ type, name, props: inputs, protect }));
