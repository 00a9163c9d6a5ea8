import type * as pulumi from '@pulumi/pulumi';
import type { ServiceDescriptor } from '@parley/descriptor';
import { Alarms } from '../components/alarms';
import type { Data } from '../components/data';
import type { Images } from '../components/images';
import { LambdaAnswers } from '../components/lambda-answers';
import type { Watching } from '../components/watching';
import type { StackConfig } from '../config/schema';
import { CARRIED_ADDRESS } from '../edge-functions/carry-authorization';
import { FUNCTION_ALARMS } from '../planning/alarms';
import { serviceOfFunction } from '../planning/edge-plan';
import { planEnvironment, toFunctionEnvironment } from '../planning/environment';
import type { DeploymentFacts } from './facts';
import { taskPolicy } from './policy';

export interface FunctionArgs {
  name: string;
  config: StackConfig;
  accountId: string;
  data: Data;
  images: Images;
  options: pulumi.ComponentResourceOptions;
  services: readonly ServiceDescriptor[];
  watching: Watching;
  facts: (origin: string) => DeploymentFacts;
}

/** Facts that a function has no use for: it is in no VPC, and its origin is proved by a signature. */
const NOT_FOR_FUNCTIONS = {
  valkeyUrl: undefined,
  valkeyMode: undefined,
  valkeyPassword: undefined,
  'originSecret.current': undefined,
  'originSecret.previous': undefined,
  // Its sleeping instances would be averaged into the sessions of tasks; CloudWatch counts a function by itself.
  environment: undefined,
};

/**
 * The answers as a function, with its alarms.
 *
 * The allowed origin must be known before the distribution, which points to the function: it is the configured domain.
 */
export function addFunction(args: FunctionArgs): LambdaAnswers {
  const { name, config, accountId, data, images, options } = args;
  const service = serviceOfFunction(args.services);
  const plan = planEnvironment(service, { ...args.facts(`https://${config.domain}`), ...NOT_FOR_FUNCTIONS });
  const answers = new LambdaAnswers(
    name,
    {
      service,
      environmentName: config.environment,
      image: images.references[service.name]!,
      environment: toFunctionEnvironment(plan, CARRIED_ADDRESS),
      secretArns: plan.secrets.map(({ reference }) => reference.arn),
      key: data.key,
      policy: taskPolicy(service.grants, { config, accountId, data }),
      logRetentionDays: config.logRetentionDays,
      accountId,
      region: config.region,
      provisionedConcurrency: config.chatProvisionedConcurrency,
    },
    options,
  );
  new Alarms(
    `${name}-answers`,
    { plans: FUNCTION_ALARMS, values: { function: answers.function.name }, topicArn: args.watching.topicArn },
    options,
  );
  return answers;
}
