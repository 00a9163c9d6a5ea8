import * as pulumi from '@pulumi/pulumi';
import type { Grant } from '@parley/descriptor';
import type { Data } from '../components/data';
import type { StackConfig } from '../config/schema';
import { policyDocument, statementsOf } from '../planning/grants';

/** The policy of a task role: the grants of one descriptor, with the names of this environment. */
export function taskPolicy(
  grants: readonly Grant[],
  { config, accountId, data }: { config: StackConfig; accountId: string; data: Data },
): pulumi.Output<string> {
  const { conversations, sessions } = data.tables;
  return pulumi
    .all([conversations.arn, sessions.arn, pulumi.output(data.key?.arn)])
    .apply(([conversationsArn, sessionsArn, keyArn]) =>
      policyDocument(
        statementsOf(grants, {
          ...config,
          guardrailId: config.guardrail?.id,
          googleApiKeyArn: config.googleApiKeyArn,
          openaiApiKeyArn: config.openaiApiKeyArn,
          accountId,
          tableArns: { conversations: conversationsArn, sessions: sessionsArn },
          keyArn,
        }),
      ),
    );
}
