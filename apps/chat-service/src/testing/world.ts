import {
  createTables,
  startBedrock,
  startDynamo,
  startIssuer,
  type BedrockOptions,
  type BedrockSimulator,
  type Issuer,
} from '@parley/aws-sim';
import { createConversationStore, createDocumentClient, type ConversationStore } from '@parley/conversations';

export const ORIGIN = 'http://localhost:4200';
/** An allowed origin that is not the product's own. */
export const PARTNER = 'https://partner.example';
export const REDIRECT_URI = `${ORIGIN}/auth/callback`;
/** Signs the guests' sessions. */
export const GUEST_KEY = 'the-key-that-signs-guest-sessions-in-tests';

const TABLES = { conversations: 'conversations', sessions: 'sessions' };

/** What replicas of the service share: the simulated AWS. */
export interface World {
  issuer: Issuer;
  /** How far the issuer's clock is ahead, in milliseconds. */
  issuerClock: { aheadMs: number };
  bedrock: BedrockSimulator;
  store: ConversationStore;
  /** The environment of a replica, `PORT` included. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

export async function startWorld(options: BedrockOptions = {}): Promise<World> {
  const issuerClock = { aheadMs: 0 };
  const [issuer, dynamo, bedrock] = await Promise.all([
    startIssuer({ redirectUris: [REDIRECT_URI], now: () => Date.now() + issuerClock.aheadMs }),
    startDynamo(),
    startBedrock({ text: { pieceMs: 1, pieceWords: 3 }, ...options }),
  ]);
  await createTables(dynamo.endpoint, TABLES);
  const environment = {
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.endpoint,
    AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: bedrock.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    PORT: '0',
    ADMIN_PORT: '0',
    HOST: '127.0.0.1',
    AWS_REGION: 'us-east-1',
    COGNITO_ISSUER: issuer.issuer,
    COGNITO_CLIENT_IDS: [issuer.spaClientId, issuer.loginClientId].filter(Boolean).join(','),
    COGNITO_DOMAIN: issuer.domain,
    COGNITO_LOGIN_CLIENT_ID: issuer.loginClientId ?? issuer.spaClientId,
    ...(issuer.loginClientSecret === undefined ? {} : { COGNITO_CLIENT_SECRET: issuer.loginClientSecret }),
    ALLOWED_ORIGINS: `${ORIGIN},${PARTNER}`,
    OWN_ORIGINS: ORIGIN,
    GUEST_SESSION_KEYS: GUEST_KEY,
    CONVERSATIONS_TABLE: TABLES.conversations,
    SESSIONS_TABLE: TABLES.sessions,
    CHAT_MODEL: 'bedrock:amazon.nova-lite-v1:0',
    KNOWLEDGE_BASE_ID: 'PARLEYDOCS',
    HAND_OVER_TO: `${issuer.users.find(({ login }) => login === 'bob')!.sub}=Bob Okafor`,
    // Tests ask more than people do.
    USER_REQUESTS_PER_MINUTE: '100000',
    USER_TOKENS_PER_DAY: '1000000000',
    USER_CONCURRENT_ANSWERS: '10000',
    BUDGET_TOKENS_PER_DAY: '1000000000',
    BUDGET_CALLS_PER_DAY: '1000000',
  };
  // The SDKs look for these where they look for them; the rest is read by `readConfig` alone.
  Object.assign(
    process.env,
    Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('AWS_'))),
  );
  const client = createDocumentClient({ region: 'us-east-1', endpoint: dynamo.endpoint });
  return {
    issuer,
    issuerClock,
    bedrock,
    environment,
    store: createConversationStore({ client, table: TABLES.conversations }),
    async close() {
      client.destroy();
      await Promise.all([bedrock.close(), dynamo.close(), issuer.close()]);
    },
  };
}
