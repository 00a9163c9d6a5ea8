import type { RedisOptions } from 'ioredis';

/** Where Valkey is, as services are told: `VALKEY_URL`, `VALKEY_MODE`, `VALKEY_PASSWORD`. */
export interface ValkeyOptions {
  /** `redis://host:port`, or `rediss://host:port` for TLS. */
  url: string;
  /** Whether keys are spread over several nodes; default `single`. */
  mode?: 'single' | 'cluster' | undefined;
  password?: string | undefined;
  /** Certificate authority in PEM, for one that Node does not trust by itself. */
  ca?: string | undefined;
}

export interface Address {
  host: string;
  port: number;
}

/** @throws TypeError for what is not a URL */
export function addressOf({ url }: Pick<ValkeyOptions, 'url'>): Address {
  const { hostname, port } = new URL(url);
  // A literal IPv6 address stands in brackets in a URL, and nowhere else.
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 6379 : Number(port) };
}

/**
 * What each connection has in common. Nothing waits for a server that is away: a command fails at once, and the caller
 * decides. An answer may take 2 s; a connection that owes answers for 5 s is dead.
 */
export function connectionOptionsOf(options: ValkeyOptions): RedisOptions {
  const { url, password, ca } = options;
  return {
    ...(url.startsWith('rediss:') ? { tls: ca === undefined ? {} : { ca } } : {}),
    ...(password === undefined ? {} : { password }),
    connectTimeout: 3_000,
    commandTimeout: 2_000,
    socketTimeout: 5_000,
    disconnectTimeout: 500,
    // It asks INFO, which the user of a deployed cache may not give; a server that is loading refuses commands by itself.
    enableReadyCheck: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
  };
}
