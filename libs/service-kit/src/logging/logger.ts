import type { LoggerService } from '@nestjs/common';
import { pino, stdTimeFunctions, type DestinationStream, type LogFn, type Logger } from 'pino';
import { SERVICE_METRICS } from '@parley/descriptor';
import { Counter, type Registry } from 'prom-client';
import { errorFacts } from './error-facts';
import { currentContext } from './request-context';

/** Where a secret could stand in something that is logged. The last net: nothing secret should be handed to a logger. */
const SECRET_PATHS = [
  'authorization',
  'cookie',
  'set-cookie',
  'token',
  'accessToken',
  'refreshToken',
  'idToken',
  'ticket',
  'session',
  'secret',
  'password',
  'codeVerifier',
];
const redact = SECRET_PATHS.flatMap((name) => {
  const key = /[^a-zA-Z]/.test(name) ? `["${name}"]` : `.${name}`;
  return [key.replace(/^\./, ''), `*${key}`, `*.*${key}`];
});

/** A logger of JSON lines; each carries the request it belongs to. Lines that tell a fault of ours are counted in `metrics`. */
export function createLogger(options: {
  name: string;
  level: string;
  metrics?: Registry;
  destination?: DestinationStream;
}): Logger {
  const faults =
    options.metrics &&
    new Counter({ name: SERVICE_METRICS.errors, help: 'Faults of ours in the log', registers: [options.metrics] });
  const settings = {
    name: options.name,
    level: options.level,
    timestamp: stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      bindings: ({ name }: Record<string, unknown>) => ({ service: name }),
    },
    serializers: { err: errorFacts },
    redact: { paths: redact, censor: '***' },
    hooks: {
      logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn, level: number) {
        if (level >= pino.levels.values['error']!) faults?.inc();
        method.apply(this, args);
      },
    },
    mixin: () => ({ ...currentContext() }),
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}

/** Nest's own lines in our log. Its chatter at start is for debugging. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}
  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }
  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }
  verbose(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error({ err: message instanceof Error ? message : undefined, context: rest.at(-1) }, String(message));
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.fatal({ context: rest.at(-1) }, String(message));
  }
}
