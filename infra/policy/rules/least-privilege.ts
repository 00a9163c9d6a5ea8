import { at, list, ofType, type Rule } from '../resource';

interface Statement {
  Sid?: string;
  Effect?: string;
  Action?: string | string[];
  Resource?: string | string[];
  Condition?: unknown;
  NotAction?: unknown;
  NotResource?: unknown;
}

/**
 * Statements that may name `*` as their resource, each with its reason. A wildcard in the middle of an ARN is a narrower
 * thing: the streams of a log group, the indexes of a table, the region of a model that is bound to a profile.
 */
const WHOLE_WILDCARDS: Record<string, string> = {
  RegistryToken: 'ecr:GetAuthorizationToken knows no resource',
  ExecChannel: 'the channels of ECS Exec know no resource; outside prod only',
};
const WITHIN_ARN = [
  /^arn:aws:[^*]+:\*$/,
  /^arn:aws:[^*]+\/index\/\*$/,
  /^arn:aws:bedrock:\*::foundation-model\/[^*]+$/,
];

/** Roles may do what they need, on what is theirs. */
export const leastPrivilege: Rule = {
  name: 'least-privilege',
  description: 'No action and no resource is a wildcard, outside a short list with reasons',
  check: (resources) => [
    ...ofType(resources, 'iam/rolePolicy:RolePolicy').flatMap((policy) => {
      const text = at(policy, 'policy');
      if (typeof text !== 'string') return [];
      const { Statement = [] } = JSON.parse(text) as { Statement?: Statement[] };
      return Statement.flatMap((statement) => faultsOf(statement).map((fault) => `${policy.name}: ${fault}`));
    }),
    ...ofType(resources, 'iam/role:Role')
      .filter((role) => [...list(at(role, 'inlinePolicies')), ...list(at(role, 'managedPolicyArns'))].length > 0)
      .map(({ name }) => `${name} has policies inside, which no other rule sees`),
    ...ofType(resources, 'iam/rolePolicyAttachment:RolePolicyAttachment').map(
      ({ name }) => `${name} takes a policy whose content is not ours`,
    ),
  ],
};

function faultsOf(statement: Statement): string[] {
  const { Sid = 'a statement without Sid', Effect, Action, Resource, Condition } = statement;
  if (Effect !== 'Allow') return [];
  if ('NotAction' in statement || 'NotResource' in statement) return [`${Sid} allows all but what it names`];
  const faults = list(Action)
    .filter((action) => String(action).includes('*'))
    .map((action) => `${Sid} allows ${String(action)}`);
  for (const resource of list(Resource).map(String)) {
    if (!resource.includes('*')) continue;
    if (resource === '*' && Object.hasOwn(WHOLE_WILDCARDS, Sid)) continue;
    const pattern = WITHIN_ARN.find((each) => each.test(resource));
    const isOfModel = resource.startsWith('arn:aws:bedrock:');
    if (pattern === undefined || (isOfModel && Condition === undefined)) faults.push(`${Sid} reaches ${resource}`);
  }
  return faults;
}
