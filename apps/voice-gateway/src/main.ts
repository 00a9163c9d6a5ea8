import 'reflect-metadata';
import { createLogger, readConfigOrExit, runService } from '@parley/service-kit';
import { Registry } from 'prom-client';
import { AppModule } from './app.module';
import { voiceConfigSchema } from './config';

const config = await readConfigOrExit(voiceConfigSchema);
const logger = createLogger({ name: 'voice-gateway', level: config.LOG_LEVEL });
const metrics = new Registry();
await runService({ name: 'voice-gateway', module: AppModule.with(config, logger, metrics), config, logger, metrics });
