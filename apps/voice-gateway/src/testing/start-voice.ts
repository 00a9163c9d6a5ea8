import {
  createTables,
  startBedrock,
  startDynamo,
  type BedrockOptions,
  type BedrockSimulator,
  type Dynamo,
} from '@parley/aws-sim';
import { DynamoTicketStore, type TicketStore } from '@parley/auth';
import { startTestPool, type TestPool } from '@parley/auth/testing';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createConversationStore, createDocumentClient, type ConversationStore } from '@parley/conversations';
import { createLogger, readConfig, startService, type RunningService } from '@parley/service-kit';
import { LogCapture, TestSocket } from '@parley/service-kit/testing';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { Registry } from 'prom-client';
import { AppModule } from '../app.module';
import { voiceConfigSchema } from '../config';

/** One process of the voice gateway. */
export interface Replica {
  service: RunningService;
  logs: LogCapture;
  url: string;
  /** A socket to `/ws/voice` that is open, for this person. */
  connect(sub: string, path?: string, expiresInS?: number): Promise<TestSocket>;
  metrics(): Promise<string>;
  spans: InMemorySpanExporter;
}

/** The voice gateway as it is deployed, over the simulators, on free ports of loopback. */
export interface VoiceUnderTest extends Replica {
  pool: TestPool;
  bedrock: BedrockSimulator;
  store: ConversationStore;
  tickets: TicketStore;
  /** What lies in the tables. */
  client: DynamoDBDocumentClient;
  tables: { conversations: string; sessions: string };
  /** Another process of the same deployment. */
  replica(environment?: Record<string, string>): Promise<Replica>;
  /** Ends everything, the other replicas too. */
  close(): Promise<void>;
}

export async function startVoice(
  options: BedrockOptions = {},
  environment: Record<string, string> = {},
  startStore: () => Promise<Dynamo> = startDynamo,
): Promise<VoiceUnderTest> {
  const [pool, dynamo, bedrock] = await Promise.all([
    startTestPool(),
    startStore(),
    startBedrock({ ...options, voice: { pace: { audio: 200, playback: 200 }, ...options.voice } }),
  ]);
  const tables = { conversations: 'conversations', sessions: 'sessions' };
  await createTables(dynamo.endpoint, tables);
  /** One process's worth of the gateway; several share the simulators and the tables. */
  const replica = async (own: Record<string, string> = {}): Promise<Replica> => {
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrock.endpoint,
      AWS_ENDPOINT_URL_BEDROCK_AGENT_RUNTIME: bedrock.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    });
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
      HAND_OVER_TO: 'bob=Bob Okafor',
      // Tests leave calls open that are waited for; what limits them has tests of its own.
      CALLS_PER_PRINCIPAL: '100',
      USER_REQUESTS_PER_MINUTE: '100000',
      USER_TOKENS_PER_DAY: '1000000000',
      USER_CONCURRENT_ANSWERS: '10000',
      ...environment,
      ...own,
    });
    const logs = new LogCapture();
    const logger = createLogger({ name: 'voice-gateway', level: 'trace', destination: logs });
    const metrics = new Registry();
    const spans = new InMemorySpanExporter();
    const service = await startService({
      name: 'voice-gateway',
      module: AppModule.with(config, logger, metrics, new SimpleSpanProcessor(spans)),
      config,
      logger,
      metrics,
    });
    const url = `ws://127.0.0.1:${service.port}`;
    const connect = async (sub: string, path = '/ws/voice', expiresInS?: number) => {
      const token = await pool.mint({ sub, ...(expiresInS === undefined ? {} : { expiresInS }) });
      const socket = new TestSocket(url + path, ['parley.v1', `bearer.${token}`]);
      await socket.opened();
      return socket;
    };
    return { service, logs, url, connect, metrics: () => metrics.metrics(), spans };
  };
  const first = await replica();
  const client = createDocumentClient({ region: 'us-east-1', endpoint: dynamo.endpoint });
  const replicas = [first];
  return {
    ...first,
    pool,
    bedrock,
    async replica(own) {
      const another = await replica(own);
      replicas.push(another);
      return another;
    },
    ...{ client, tables },
    tickets: new DynamoTicketStore(client, tables.sessions),
    store: createConversationStore({ client, table: tables.conversations }),
    async close() {
      await Promise.all(replicas.map(({ service }) => service.stop()));
      client.destroy();
      await Promise.all([bedrock.close(), dynamo.close(), pool.close()]);
    },
  };
}
