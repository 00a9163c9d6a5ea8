import { Registry } from 'prom-client';
import { authOptionsOf } from './auth-options';
import type { BaseConfig } from './config/read-config';
import { createLogger } from './logging/logger';
import { LogCapture } from './testing/log-capture';

const config = { GUEST_SESSION_KEYS: ['the-key-that-signs-guest-sessions'] } as unknown as BaseConfig;

it.each([
  ['says at start that whoever knows a long label reads its history, where that is so', config, true, 1],
  ['says nothing of labels where they stand for nothing', config, false, 0],
  ['says nothing of labels where there are no guests at all', {} as BaseConfig, true, 0],
])('%s', (_, given, bareLabels, warnings) => {
  const logs = new LogCapture();
  const logger = createLogger({ name: 'test', level: 'info', destination: logs });
  authOptionsOf(given, logger, new Registry(), { bareLabels });
  expect(logs.text.match(/bare guest labels are on/g) ?? []).toHaveLength(warnings);
});
