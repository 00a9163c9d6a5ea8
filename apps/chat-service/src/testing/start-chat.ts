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
import { LIMITS } from '@parley/protocol';
import { createLogger, readConfig, startService, type RunningService } from '@parley/service-kit';
import { LogCapture } from '@parley/service-kit/testing';
import { Registry } from 'prom-client';
import { AppModule } from '../app.module';
import { chatConfigSchema } from '../config';

export const ORIGIN = 'http://localhost:4200';
/** An allowed origin that is not the product's own. */
export const PARTNER = 'https://partner.example';
export const REDIRECT_URI = `${ORIGIN}/auth/callback`;

/** The chat service as it is deployed, over the simulators, on free ports of loopback. */
export interface ChatUnderTest {
  service: RunningService;
  issuer: Issuer;
  bedrock: BedrockSimulator;
  store: ConversationStore;
  logs: LogCapture;
  url: string;
  /** A request as a demo user. */
  as(user: string): (path: string, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

export async function startChat(options: BedrockOptions = {}): Promise<ChatUnderTest> {
  const [issuer, dynamo, bedrock] = await Promise.all([
    startIssuer({ redirectUris: [REDIRECT_URI] }),
    startDynamo(),
    startBedrock({ text: { pieceMs: 1, pieceWords: 3 }, ...options }),
  ]);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.endpoint,
    AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: bedrock.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const tables = { conversations: 'conversations', sessions: 'sessions' };
  await createTables(dynamo.endpoint, tables);
  const config = await readConfig(chatConfigSchema, {
    PORT: '0',
    ADMIN_PORT: '0',
    HOST: '127.0.0.1',
    AWS_REGION: 'us-east-1',
    COGNITO_ISSUER: issuer.issuer,
    COGNITO_CLIENT_IDS: [issuer.spaClientId, issuer.loginClientId].filter(Boolean).join(','),
    COGNITO_DOMAIN: issuer.domain,
    COGNITO_LOGIN_CLIENT_ID: issuer.loginClientId,
    COGNITO_CLIENT_SECRET: issuer.loginClientSecret,
    ALLOWED_ORIGINS: `${ORIGIN},${PARTNER}`,
    OWN_ORIGINS: ORIGIN,
    GUEST_SESSION_KEYS: 'the-key-that-signs-guest-sessions-in-tests',
    CONVERSATIONS_TABLE: tables.conversations,
    SESSIONS_TABLE: tables.sessions,
    CHAT_MODEL: 'bedrock:amazon.nova-lite-v1:0',
    KNOWLEDGE_BASE_ID: 'PARLEYDOCS',
  });
  const logs = new LogCapture();
  const logger = createLogger({ name: 'chat-service', level: 'trace', destination: logs });
  const metrics = new Registry();
  const service = await startService({
    name: 'chat-service',
    module: AppModule.with(config, logger, metrics),
    config,
    logger,
    metrics,
    bodyLimits: [{ path: '/api/chat', bytes: LIMITS.chatBody }],
  });
  const client = createDocumentClient({ region: 'us-east-1', endpoint: dynamo.endpoint });
  const url = `http://127.0.0.1:${service.port}`;
  return {
    service,
    issuer,
    bedrock,
    logs,
    url,
    store: createConversationStore({ client, table: tables.conversations }),
    as:
      (user) =>
      async (path, init = {}) => {
        const headers = new Headers(init.headers);
        headers.set('authorization', `Bearer ${await issuer.mint(user)}`);
        if (init.body) headers.set('content-type', 'application/json');
        return fetch(url + path, { ...init, headers });
      },
    async close() {
      await service.stop();
      client.destroy();
      await Promise.all([bedrock.close(), dynamo.close(), issuer.close()]);
    },
  };
}
