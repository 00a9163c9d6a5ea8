import 'reflect-metadata';
import { createLogger, readConfigOrExit, runService } from '@parley/service-kit';
import { Registry } from 'prom-client';
import { AppModule } from './app.module';
import { voiceConfigSchema } from './config';

const config = await readConfigOrExit(voiceConfigSchema);
const metrics = new Registry();
const logger = createLogger({ name: 'voice-gateway', level: config.LOG_LEVEL, metrics });
await runService({ name: 'voice-gateway', module: AppModule.with(config, logger, metrics), config, logger, metrics });
