import { readIdentityConfig } from '../../identity/src/identity-config';
import { buildIdentity } from '../../identity/src/stack';
import { recordStack } from './record-stack';

/** The user pool's stack, under mocks. */
export const recordIdentity = (environment = 'dev', config: Record<string, string> = {}) =>
  recordStack({ stack: environment }, async () =>
    buildIdentity(
      environment,
      'us-east-1',
      readIdentityConfig(environment, {
        'parley-identity:domainPrefix': 'parley-test',
        ...Object.fromEntries(Object.entries(config).map(([key, value]) => [`parley-identity:${key}`, value])),
      }),
    ),
  );
