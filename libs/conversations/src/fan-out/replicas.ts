import { ValkeyConnection } from '../valkey/valkey-connection';
import type { ValkeyOptions } from '../valkey/valkey-options';
import type { FanOut } from './fan-out';
import { MemoryFanOut } from './memory-fan-out';
import { ValkeyFanOut } from './valkey-fan-out';

/** A logger as pino's. */
export interface ReplicasLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/**
 * The other processes of this environment, reached over Valkey where there is one. Without it this process is to be the only
 * one of its service, and works alone. Starts and goes on whether Valkey answers or not; says in the log where it stands.
 */
export class Replicas {
  readonly fanOut: FanOut;
  /** For what else is hot and may be lost; undefined without Valkey. */
  readonly valkey: ValkeyConnection | undefined;
  private readonly remote: ValkeyFanOut | undefined;

  constructor(options: ValkeyOptions | undefined, log: ReplicasLog) {
    const report = (what: string, cause?: unknown) => log.warn(cause === undefined ? {} : { err: cause }, what);
    if (options === undefined) {
      log.info(
        {},
        'without Valkey (VALKEY_URL): this process tells no other what is new; run one replica of a service',
      );
      this.fanOut = new MemoryFanOut(report);
      return;
    }
    this.valkey = new ValkeyConnection(options, (state, cause) => {
      if (state === 'away') log.warn({ err: cause }, 'Valkey is away: other processes are told later');
      else log.info({}, `Valkey: ${state}`);
    });
    this.fanOut = this.remote = new ValkeyFanOut(options, { report });
  }

  /** Whether Valkey takes commands and other processes are heard; undefined without one. */
  get reached(): boolean | undefined {
    return this.remote && this.valkey?.state === 'ready' && this.remote.live;
  }

  /** Nest calls it at the very end of a service. */
  onApplicationShutdown(): void {
    this.remote?.close();
    this.valkey?.close();
  }
}

/** What a service was configured with, as options; undefined without `VALKEY_URL`. */
export const valkeyOptionsOf = (config: {
  VALKEY_URL?: string | undefined;
  VALKEY_MODE: 'single' | 'cluster';
  VALKEY_PASSWORD?: string | undefined;
}): ValkeyOptions | undefined =>
  config.VALKEY_URL === undefined
    ? undefined
    : { url: config.VALKEY_URL, mode: config.VALKEY_MODE, password: config.VALKEY_PASSWORD };
