import type { AuthOptions } from '@parley/auth';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { authReport } from './auth-report';
import type { BaseConfig } from './config/read-config';

/** Whose identity a service takes, from its configuration, with every decision logged and counted. */
export function authOptionsOf(
  config: BaseConfig,
  logger: Logger,
  metrics: Registry,
  guests: { admitted?: boolean; bareLabels?: boolean } = {},
): Omit<AuthOptions, 'sessions'> {
  const { GUEST_SESSION_KEYS: keys, OWN_ORIGINS: ownOrigins, CLIENT_ADDRESS_HEADER: addressHeader } = config;
  if (keys && guests.bareLabels)
    logger.warn('bare guest labels are on: whoever knows a sessionId of 22 characters or more reads its history');
  return {
    issuer: config.COGNITO_ISSUER,
    clientIds: config.COGNITO_CLIENT_IDS,
    allowedOrigins: config.ALLOWED_ORIGINS,
    forwardedAuthorization: config.FORWARDED_AUTHORIZATION,
    ...(ownOrigins ? { ownOrigins } : {}),
    ...(addressHeader === undefined ? {} : { addressHeader }),
    ...(keys ? { guests: { keys, ...guests } } : {}),
    ...authReport(logger, metrics),
  };
}
