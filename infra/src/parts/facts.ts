import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { TableName } from '@parley/descriptor';
import type { OriginSecret } from '../components/origin-secret';
import type { StoredSecret } from '../components/stored-secret';
import type { Valkey } from '../components/valkey';
import type { StackConfig } from '../config/schema';
import { signInClientId, type IdentityOutputs } from '../identity/outputs';
import type { Fact, Facts } from '../planning/environment';

type Text = pulumi.Output<string>;
export type DeploymentFacts = Facts<Text>;

export interface FactSources {
  config: StackConfig;
  identity: IdentityOutputs;
  tables: Readonly<Record<TableName, aws.dynamodb.Table>>;
  valkey: Valkey | undefined;
  originSecret: OriginSecret | undefined;
  guestSessionKeys: StoredSecret;
  /** Where the page lives; the origins of `embedOrigins` may call beside it. */
  origin: pulumi.Input<string>;
}

const text = (value: pulumi.Input<string> | undefined): Fact<Text> =>
  value === undefined ? undefined : { text: pulumi.output(value) };

/** What an environment knows of itself, under the names that descriptors use. */
export function deploymentFacts(sources: FactSources): DeploymentFacts {
  const { config, identity, tables, valkey, originSecret, guestSessionKeys, origin } = sources;
  const { loginClientSecretArn } = identity;
  const arn = loginClientSecretArn === undefined ? undefined : pulumi.output(loginClientSecretArn);
  return {
    environment: text(config.environment),
    region: text(config.region),
    issuer: text(identity.issuer),
    clientIds: text([...new Set([identity.spaClientId, signInClientId(identity)])].join(',')),
    cognitoDomain: text(identity.domain),
    loginClientId: text(signInClientId(identity)),
    loginClientSecret: arn === undefined ? undefined : { secret: { arn, valueFrom: arn } },
    origins: text(pulumi.output(origin).apply((own) => [own, ...(config.embedOrigins ?? [])].join(','))),
    ownOrigins: text(origin),
    voiceModelId: text(config.voiceModelId),
    chatModel: text(config.chatModels[0]),
    knowledgeBaseId: text(config.knowledgeBaseId),
    handOverTo: text(
      config.handOverTo &&
        Object.entries(config.handOverTo)
          .map(([id, name]) => `${id}=${name}`)
          .join(','),
    ),
    guestVoice: text(String(config.guestVoice)),
    transcriptConsent: text(config.transcriptConsent),
    guardrailId: text(config.guardrail?.id),
    guardrailVersion: text(config.guardrail?.version),
    // The service reads these itself, by their names: one that is rotated counts without a new task.
    googleApiKey: undefined,
    googleApiKeyArn: text(config.googleApiKeyArn),
    openaiBaseUrl: text(config.openaiBaseUrl),
    openaiApiKey: undefined,
    openaiApiKeyArn: text(config.openaiApiKeyArn),
    retentionDays: text(config.retentionDays?.toString()),
    'table.conversations': text(tables.conversations.name),
    'table.sessions': text(tables.sessions.name),
    // Without a version: a key is rotated by writing `new,old` into the secret and starting the tasks anew.
    guestSessionKeys: { secret: { arn: guestSessionKeys.reference.arn, valueFrom: guestSessionKeys.reference.arn } },
    'originSecret.current': originSecret && { secret: originSecret.current },
    'originSecret.previous': originSecret && { secret: originSecret.previous },
    valkeyUrl: text(valkey?.url),
    valkeyMode: text(valkey?.mode),
    valkeyPassword: valkey && { secret: valkey.password },
  };
}
