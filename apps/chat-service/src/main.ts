import 'reflect-metadata';
import { LIMITS } from '@parley/protocol';
import { createLogger, readConfigOrExit, runService } from '@parley/service-kit';
import { Registry } from 'prom-client';
import { AppModule } from './app.module';
import { chatConfigSchema } from './config';

const config = await readConfigOrExit(chatConfigSchema);
const logger = createLogger({ name: 'chat-service', level: config.LOG_LEVEL });
const metrics = new Registry();
await runService({
  name: 'chat-service',
  module: AppModule.with(config, logger, metrics),
  config,
  logger,
  metrics,
  bodyLimits: [{ path: '/api/chat', bytes: LIMITS.chatBody }],
});
