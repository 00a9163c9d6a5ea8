import 'reflect-metadata';
import type { Server } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AUTH_OPTIONS, Authenticator, BannedList, KeySet, SignedOutList, type AuthOptions } from '@parley/auth';
import { LIMITS } from '@parley/protocol';
import type { Logger } from 'pino';
import { Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { BaseConfig } from './config/read-config';
import { startAdminServer } from './health/admin-server';
import { Readiness } from './health/readiness';
import { crossOrigin } from './http/cross-origin';
import { jsonBody, type BodyLimit } from './http/json-body';
import { ProblemFilter } from './http/problem.filter';
import { requestLog } from './http/request-log';
import { validationPipe } from './http/validation';
import { NestLogger } from './logging/logger';
import { OriginFence } from './origin-fence';
import { keyMetrics } from './key-metrics';
import { tellMetrics, type TellingOptions } from './metrics/tell-metrics';
import type { LifeWatchOptions } from './socket/life-watch';
import { installSocketEdge } from './socket/install-socket-edge';
import { leaveOnUncaught } from './uncaught-faults';

/** Longer than CloudFront keeps an idle connection to its origin: the service must not be the one that closes first. */
const KEEP_ALIVE_MS = 75_000;
/** How often is looked for connections whose headers do not come to an end. */
const LATE_CHECK_MS = 1_000;
/** Everything has to end in this time after SIGTERM; ECS kills after 120 s. */
const DRAIN_MS = 100_000;

export interface ServiceOptions {
  name: string;
  module: Type<unknown> | DynamicModule;
  config: Pick<BaseConfig, 'PORT' | 'ADMIN_PORT' | 'HOST'> &
    Partial<Pick<BaseConfig, 'ORIGIN_VERIFY_CURRENT' | 'ORIGIN_VERIFY_PREVIOUS' | 'METRICS_ENVIRONMENT'>>;
  logger: Logger;
  metrics?: Registry;
  readiness?: Readiness;
  bodyLimits?: readonly BodyLimit[];
  /** How sockets are watched; the defaults are the wire's. */
  life?: LifeWatchOptions;
  /** How metrics go to CloudWatch; the defaults are once a minute, by standard output. */
  telling?: Pick<TellingOptions, 'write' | 'intervalMs'>;
}

/** A service that listens. */
export interface RunningService {
  app: NestExpressApplication;
  port: number;
  adminPort: number;
  readiness: Readiness;
  /** Leaves: not ready, sockets told 1012, requests finished, everything closed. Safe to call twice. */
  stop(): Promise<void>;
}

/** Boots a service: HTTP and sockets on its port, health and metrics on the admin port. */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const { logger, config, readiness = new Readiness(), metrics = new Registry() } = options;
  let listening = false;
  readiness.require('listening', () => listening);

  const app = await NestFactory.create<NestExpressApplication>(options.module, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLogger(logger),
  });
  app.disable('x-powered-by');
  app.disable('etag');
  const fence = new OriginFence({ accepted: [config.ORIGIN_VERIFY_CURRENT, config.ORIGIN_VERIFY_PREVIOUS], metrics });
  const { allowedOrigins } = app.get<AuthOptions>(AUTH_OPTIONS, { strict: false });
  const authenticator = app.get(Authenticator, { strict: false });
  app.use(
    fence.handler,
    requestLog(logger),
    crossOrigin(allowedOrigins),
    jsonBody({
      bytes: LIMITS.httpBody,
      ...(options.bodyLimits ? { limits: options.bodyLimits } : {}),
      // Which route asks is not known here: who may not ask it, or anything, is refused by its guard.
      isKnown: async (request) => (await authenticator.identifyRequest(request, { banned: true })) !== undefined,
    }),
  );
  app.useGlobalFilters(new ProblemFilter(logger));
  app.useGlobalPipes(validationPipe());
  const sockets = installSocketEdge(app, { logger, readiness, fence, ...(options.life ? { life: options.life } : {}) });
  const keys = app.get(KeySet, { strict: false });
  readiness.require('sign-in keys read once', () => keys.state !== 'empty');

  const signedOut = app.get(SignedOutList, { strict: false });
  readiness.require('sign-outs read once', () => signedOut.known);
  const banned = app.get(BannedList, { strict: false });
  readiness.require('bans read once', () => banned.known);

  collectDefaultMetrics({ register: metrics });
  keyMetrics(keys, metrics);
  new Gauge({
    name: 'parley_connections_live',
    help: 'Open WebSockets of this process',
    registers: [metrics],
    collect() {
      this.set(sockets.liveConnections);
    },
  });

  const admin = await startAdminServer({ port: config.ADMIN_PORT, host: config.HOST, readiness, metrics });
  const server = app.getHttpServer() as Server;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = LIMITS.handshakeMs;
  // Node looks for who is late every 30 s unless told otherwise, and its types do not know that one may.
  Object.assign(server, { connectionsCheckingInterval: LATE_CHECK_MS });
  await app.listen(config.PORT, config.HOST);
  listening = true;
  const portOf = (of: Server) => (of.address() as { port: number }).port;
  const [port, adminPort] = [portOf(server), portOf(admin)];
  logger.info({ port, adminPort }, 'listening');
  const environment = config.METRICS_ENVIRONMENT;
  const telling = { metrics, logger, service: options.name, ...options.telling };
  const stopTelling = environment === undefined ? undefined : tellMetrics({ ...telling, environment });

  let stopping: Promise<void> | undefined;
  const stop = () =>
    (stopping ??= (async () => {
      readiness.drain();
      await app.close();
      await stopTelling?.();
      await new Promise<void>((resolve) => {
        admin.close(() => resolve());
        admin.closeAllConnections();
      });
    })());
  return { app, port, adminPort, readiness, stop };
}

/**
 * `main` of a service: boots it, leaves in order on SIGTERM and SIGINT, and on a fault that nothing caught. A failed start
 * says why and exits with 1.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { logger } = options;
  let service: RunningService | undefined;
  let leaving = false;
  const leave = async (exitCode: number, why: string) => {
    if (leaving) return;
    leaving = true;
    logger.info({ why }, 'leaving');
    // Nothing may keep a task alive that was told to go.
    setTimeout(() => process.exit(exitCode || 1), DRAIN_MS).unref();
    await service?.stop().catch((error: unknown) => logger.error({ err: error }, 'could not leave in order'));
    logger.info('left');
    logger.flush?.();
    process.exit(exitCode);
  };
  process.once('SIGTERM', () => void leave(0, 'SIGTERM'));
  process.once('SIGINT', () => void leave(0, 'SIGINT'));
  leaveOnUncaught(process, logger, (why) => void leave(1, why));
  try {
    service = await startService(options);
  } catch (error) {
    logger.fatal({ err: error }, startFault(error, options.config));
    process.exit(1);
  }
}

function startFault(error: unknown, { PORT, ADMIN_PORT }: ServiceOptions['config']): string {
  const { code, port } = (error ?? {}) as { code?: string; port?: number };
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use. Stop what listens there, or set PORT (now ${PORT}) and ADMIN_PORT (now ${ADMIN_PORT}).`;
  }
  return 'could not start';
}
