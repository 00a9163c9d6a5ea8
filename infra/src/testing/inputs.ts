import { at } from '../../policy/resource';
import { record, type Choice } from './environments';
import type { Recorded } from './record-stack';
import { ruleResources } from './rule-resources';

/** The inputs of everything of a type, secrets opened, by name. */
export async function inputsOf(choice: Choice, token: string): Promise<Recorded[]> {
  const { resources } = await record(choice);
  return resources.filter(({ type }) => type === `aws:${token}`);
}
/** An input on the way `path`, secrets opened. */
export const read = (resource: Recorded, ...path: (string | number)[]) => at(ruleResources([resource])[0]!, ...path);
/** The one container of a task definition. */
export const container = (definition: Recorded) =>
  (JSON.parse(String(definition.inputs['containerDefinitions'])) as Record<string, unknown>[])[0]!;

export interface BehaviourInput {
  pathPattern: string;
  originRequestPolicyId: string;
  cachePolicyId: string;
  allowedMethods: string[];
}
