import { createTables, startBedrock, startDynamo, type BedrockOptions, type BedrockSimulator } from '@parley/aws-sim';
import { DynamoTicketStore, type TicketStore } from '@parley/auth';
import { startTestPool, type TestPool } from '@parley/auth/testing';
import { createConversationStore, createDocumentClient, type ConversationStore } from '@parley/conversations';
import { createLogger, readConfig, startService, type RunningService } from '@parley/service-kit';
import { LogCapture, TestSocket } from '@parley/service-kit/testing';
import { Registry } from 'prom-client';
import { AppModule } from '../app.module';
import { voiceConfigSchema } from '../config';

/** The voice gateway as it is deployed, over the simulators, on free ports of loopback. */
export interface VoiceUnderTest {
  service: RunningService;
  pool: TestPool;
  bedrock: BedrockSimulator;
  store: ConversationStore;
  tickets: TicketStore;
  logs: LogCapture;
  /** A socket to `/ws/voice` that is open, for this person. */
  connect(sub: string, path?: string): Promise<TestSocket>;
  url: string;
  close(): Promise<void>;
}

export async function startVoice(options: BedrockOptions = {}): Promise<VoiceUnderTest> {
  const [pool, dynamo, bedrock] = await Promise.all([
    startTestPool(),
    startDynamo(),
    startBedrock({ ...options, voice: { pace: { audio: 200, playback: 200 }, ...options.voice } }),
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
  const config = await readConfig(voiceConfigSchema, {
    PORT: '0',
    ADMIN_PORT: '0',
    HOST: '127.0.0.1',
    AWS_REGION: 'us-east-1',
    COGNITO_ISSUER: pool.issuer,
    COGNITO_CLIENT_IDS: pool.clientId,
    ALLOWED_ORIGINS: 'http://localhost:4200',
    CONVERSATIONS_TABLE: tables.conversations,
    SESSIONS_TABLE: tables.sessions,
    VOICE_MODEL_ID: 'amazon.nova-2-sonic-v1:0',
    KNOWLEDGE_BASE_ID: 'PARLEYDOCS',
  });
  const logs = new LogCapture();
  const logger = createLogger({ name: 'voice-gateway', level: 'trace', destination: logs });
  const metrics = new Registry();
  const service = await startService({
    name: 'voice-gateway',
    module: AppModule.with(config, logger, metrics),
    config,
    logger,
    metrics,
  });
  const client = createDocumentClient({ region: 'us-east-1', endpoint: dynamo.endpoint });
  const url = `ws://127.0.0.1:${service.port}`;
  return {
    service,
    pool,
    bedrock,
    logs,
    url,
    tickets: new DynamoTicketStore(client, tables.sessions),
    store: createConversationStore({ client, table: tables.conversations }),
    async connect(sub, path = '/ws/voice') {
      const socket = new TestSocket(url + path, ['parley.v1', `bearer.${await pool.mint({ sub })}`]);
      await socket.opened();
      return socket;
    },
    async close() {
      await service.stop();
      client.destroy();
      await Promise.all([bedrock.close(), dynamo.close(), pool.close()]);
    },
  };
}
