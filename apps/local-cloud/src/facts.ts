import type { DemoUser } from '@parley/aws-sim';
import type { ServiceDescriptor } from '@parley/descriptor';
import { embedOrigins, guestVoice } from './settings';

type Environment = Readonly<Record<string, string | undefined>>;

/** Facts of a deployment that a descriptor's variables may take (`from`); undefined where there is none here. */
export type Facts = Readonly<Record<string, string | undefined>>;

export const TABLE_NAMES = { conversations: 'parley-conversations', sessions: 'parley-sessions' };

export interface LocalSituation {
  env: Environment;
  edgePort: number;
  region: string;
  issuer: {
    issuer: string;
    domain: string;
    spaClientId: string;
    loginClientId?: string | undefined;
    loginClientSecret?: string | undefined;
    users: readonly DemoUser[];
  };
  /** Where Valkey is; undefined where there is none. */
  valkeyUrl: string | undefined;
  /** The simulated knowledge base; undefined when a real one is used. */
  knowledgeBaseId: string | undefined;
}

/** Origins of the page: a person may type either name of the machine. */
export const localOrigins = (port: number): string[] => [`http://localhost:${port}`, `http://127.0.0.1:${port}`];

/** Who is called into a conversation when a person asks for one: Bob. */
function teamOf(users: readonly DemoUser[]): string | undefined {
  const bob = users.find(({ login }) => login === 'bob');
  return bob && `${bob.sub}=${bob.name}`;
}

/** What the local cloud knows of itself, under the names that the Pulumi program uses. */
export function localFacts({ env, edgePort, region, issuer, valkeyUrl, knowledgeBaseId }: LocalSituation): Facts {
  return {
    region,
    issuer: issuer.issuer,
    clientIds: [...new Set([issuer.spaClientId, issuer.loginClientId ?? issuer.spaClientId])].join(','),
    cognitoDomain: issuer.domain,
    loginClientId: issuer.loginClientId ?? issuer.spaClientId,
    loginClientSecret: issuer.loginClientSecret,
    // Signs nothing but the guests of this machine, and stays the same so that they are known after a restart.
    guestSessionKeys: env['GUEST_SESSION_KEYS'] || 'local-guest-session-key-of-this-machine-only',
    valkeyUrl,
    valkeyMode: env['VALKEY_MODE'] || undefined,
    valkeyPassword: env['VALKEY_PASSWORD'] || undefined,
    // Only the local edge is in front of a service here, and nobody reads metrics from the log.
    'originSecret.current': undefined,
    'originSecret.previous': undefined,
    environment: undefined,
    origins: [...localOrigins(edgePort), ...embedOrigins(env)].join(','),
    ownOrigins: localOrigins(edgePort).join(','),
    'table.conversations': TABLE_NAMES.conversations,
    'table.sessions': TABLE_NAMES.sessions,
    voiceModelId: env['VOICE_MODEL_ID'] || 'amazon.nova-2-sonic-v1:0',
    chatModel: env['CHAT_MODEL'] || 'bedrock:amazon.nova-lite-v1:0',
    knowledgeBaseId: env['KNOWLEDGE_BASE_ID'] || knowledgeBaseId,
    handOverTo: env['HAND_OVER_TO'] || teamOf(issuer.users),
    guestVoice: guestVoice(env),
    transcriptConsent: env['TRANSCRIPT_CONSENT'] || undefined,
    guardrailId: env['GUARDRAIL_ID'] || undefined,
    guardrailVersion: env['GUARDRAIL_VERSION'] || undefined,
    googleApiKey: env['GOOGLE_API_KEY'] || undefined,
    googleApiKeyArn: undefined,
    openaiBaseUrl: env['OPENAI_BASE_URL'] || undefined,
    openaiApiKey: env['OPENAI_API_KEY'] || undefined,
    openaiApiKeyArn: undefined,
    retentionDays: env['RETENTION_DAYS'] || undefined,
  };
}

/**
 * The environment that a descriptor lists, with local values; `PORT` and `ADMIN_PORT` are the caller's.
 *
 * @throws Error naming the descriptor and the variable for a fact that is not known here, and for a required one that has
 * no value
 */
export function environmentOf(
  descriptor: Pick<ServiceDescriptor, 'name' | 'environment'>,
  facts: Facts,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const { name, from, value, required } of descriptor.environment) {
    const where = `apps/${descriptor.name}/service.json: ${name}`;
    if (from !== undefined && !Object.hasOwn(facts, from))
      throw new Error(`${where} takes the fact "${from}", which the local cloud does not know`);
    const local = from === undefined ? value : facts[from];
    if (local !== undefined) environment[name] = local;
    else if (required) throw new Error(`${where} is required and has no value here`);
  }
  return environment;
}
