import 'reflect-metadata';
import { LIMITS } from '@parley/protocol';
import { createLogger, readConfigOrExit, runService } from '@parley/service-kit';
import { Registry } from 'prom-client';
import { AppModule } from './app.module';
import { chatConfigSchema } from './config';

const config = await readConfigOrExit(chatConfigSchema);
const metrics = new Registry();
const logger = createLogger({ name: 'chat-service', level: config.LOG_LEVEL, metrics });
const chatBody = config.AWS_LAMBDA_FUNCTION_NAME === undefined ? LIMITS.chatBody : LIMITS.chatBodyOnLambda;
await runService({
  name: 'chat-service',
  module: AppModule.with(config, logger, metrics),
  config,
  logger,
  metrics,
  bodyLimits: [{ path: '/api/chat', bytes: chatBody }],
});
