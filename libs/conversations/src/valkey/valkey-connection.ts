import { Cluster, Redis } from 'ioredis';
import { backOffMs } from './back-off';
import { addressOf, connectionOptionsOf, type ValkeyOptions } from './valkey-options';

export type ValkeyState = 'connecting' | 'ready' | 'away' | 'closed';

/** A command may be sent to another node this often before it fails. */
const MAX_REDIRECTIONS = 4;

/**
 * The connection for commands. It comes back by itself, without end; while it is away every command fails at once, nothing is
 * kept for later, and a command whose answer was lost is not sent again.
 */
export class ValkeyConnection {
  /** Keys of one operation carry one hash tag (`{…}`): then the same code runs on one node and on a cluster. */
  readonly client: Redis | Cluster;
  private current: ValkeyState = 'connecting';

  /** @param onChange told of each change of state, with the reason where it went away. Errors go nowhere else. */
  constructor(
    readonly options: ValkeyOptions,
    private readonly onChange: (state: ValkeyState, cause?: unknown) => void = () => undefined,
  ) {
    this.client = options.mode === 'cluster' ? clusterOf(options) : singleOf(options);
    let cause: unknown;
    // Typed alike for both: what they have in common is an emitter.
    const emitter: NodeJS.EventEmitter = this.client;
    emitter.on('error', (error) => (cause = error));
    emitter.on('node error', (error) => (cause = error));
    emitter.on('ready', () => this.become('ready'));
    for (const event of ['close', 'reconnecting', 'end']) emitter.on(event, () => this.become('away', cause));
  }

  get state(): ValkeyState {
    return this.current;
  }

  /** Ends it. Commands under way fail. */
  close(): void {
    this.become('closed');
    this.client.disconnect();
  }

  private become(state: ValkeyState, cause?: unknown): void {
    if (state === this.current || this.current === 'closed') return;
    this.current = state;
    this.onChange(state, cause);
  }
}

function singleOf(options: ValkeyOptions): Redis {
  return new Redis({
    ...connectionOptionsOf(options),
    ...addressOf(options),
    // What is asked in one turn leaves as one write: a hundred answers end their batches in the same moment. Not on a
    // cluster: there it waits for nodes that are away, and nothing here may wait.
    enableAutoPipelining: true,
    retryStrategy: (attempt) => backOffMs(attempt),
    // After a failover the old primary answers that it may only be read: the name leads to the new one.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  });
}

function clusterOf(options: ValkeyOptions): Cluster {
  const { enableOfflineQueue, ...redisOptions } = connectionOptionsOf(options);
  return new Cluster([addressOf(options)], {
    redisOptions,
    enableOfflineQueue: enableOfflineQueue ?? false,
    clusterRetryStrategy: (attempt) => backOffMs(attempt),
    maxRedirections: MAX_REDIRECTIONS,
    // A certificate is for a name, so a name must not become an address before the handshake.
    dnsLookup: (address, callback) => callback(null, address),
  });
}
