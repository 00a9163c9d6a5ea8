import { Redis } from 'ioredis';
import { backOffMs } from '../valkey/back-off';
import { addressOf, connectionOptionsOf, type Address, type ValkeyOptions } from '../valkey/valkey-options';

/** How often an idle connection is asked whether it is still there; a dead one is noticed 5 s after that. */
const HEARTBEAT_MS = 10_000;
const CHANNELS_AT_ONCE = 500;
const MAX_MOVES = 5;

export interface SlotConnectionOptions {
  valkey: ValkeyOptions;
  /** All channels that are wanted now. */
  wanted: () => string[];
  onMessage: (channel: string, text: string) => void;
  /** These channels are heard from now on. */
  onLive: (channels: string[]) => void;
  /** Nothing is heard any more, or an attempt failed. */
  onLost: (cause: unknown) => void;
}

/**
 * One connection to the node in charge of our slot, which hears sharded channels and is sent to (with RESP3 one connection
 * does both), and comes back by itself. A node that is not in charge says who is (`MOVED`), and that one is connected to.
 * ioredis' `Cluster` does neither as we need it: it does not tell when a subscription was lost and regained, and it takes
 * SPUBLISH for a command without a key, so that it sends it to any node and, after all nodes were gone, for long to none.
 */
export class SlotConnection {
  private connection: Redis | undefined;
  private isLive = false;
  private attempt = 0;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly options: SlotConnectionOptions) {
    void this.connect(addressOf(options.valkey));
  }

  get live(): boolean {
    return this.isLive;
  }

  /** Adds a channel; `onLive` tells when it is heard. While there is no connection, the next one brings it. */
  add(channel: string): void {
    const { connection } = this;
    if (connection && this.isLive) this.hear(connection, [channel]).catch(() => connection.disconnect());
  }

  remove(channel: string): void {
    const { connection } = this;
    if (connection && this.isLive) connection.sunsubscribe(channel).catch(() => connection.disconnect());
  }

  /** @throws Error while there is no connection, or when the node does not take it in time */
  async send(channel: string, text: string): Promise<void> {
    const { connection } = this;
    if (!connection || !this.isLive) throw new Error('no connection to the node in charge of the slot');
    await connection.spublish(channel, text);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.connection?.disconnect();
  }

  private async connect(address: Address, moves = 0): Promise<void> {
    const options = connectionOptionsOf(this.options.valkey);
    const connection = new Redis({ ...options, ...address, lazyConnect: true, retryStrategy: null });
    this.connection = connection;
    const heartbeat = setInterval(() => connection.ping().catch(() => undefined), HEARTBEAT_MS).unref();
    let cause: unknown;
    connection.on('error', (error) => (cause = error));
    connection.on('smessage', (channel: string, text: string) => this.options.onMessage(channel, text));
    // The slot has gone to another node: all begins anew.
    connection.on('moved', () => this.isLive && connection.disconnect());
    connection.once('end', () => {
      clearInterval(heartbeat);
      if (connection === this.connection) this.lost(cause);
    });
    try {
      await connection.connect();
      await this.hearAll(connection);
      this.attempt = 0;
    } catch (error) {
      cause ??= error;
      const owner = ownerIn(error);
      const follows = owner !== undefined && moves < MAX_MOVES && !this.closed;
      if (follows) this.connection = undefined;
      connection.disconnect();
      if (follows) await this.connect(owner, moves + 1);
    }
  }

  private async hearAll(connection: Redis): Promise<void> {
    const heard = new Set<string>();
    for (;;) {
      // More may be wanted by the time the first are heard.
      const channels = this.options.wanted().filter((channel) => !heard.has(channel));
      if (channels.length === 0) break;
      await this.hear(connection, channels.splice(0, CHANNELS_AT_ONCE), heard);
    }
    this.isLive = true;
    const wanted = new Set(this.options.wanted());
    for (const channel of heard) if (!wanted.has(channel)) this.remove(channel);
  }

  private async hear(connection: Redis, channels: string[], heard?: Set<string>): Promise<void> {
    await connection.ssubscribe(...channels);
    for (const channel of channels) heard?.add(channel);
    if (connection === this.connection) this.options.onLive(channels);
  }

  private lost(cause: unknown): void {
    this.isLive = false;
    this.connection = undefined;
    if (this.closed) return;
    this.options.onLost(cause);
    this.attempt += 1;
    this.timer = setTimeout(() => void this.connect(addressOf(this.options.valkey)), backOffMs(this.attempt));
    this.timer.unref();
  }
}

/** The node that a `MOVED <slot> <host>:<port>` names. */
function ownerIn(error: unknown): Address | undefined {
  const [, host, port] = /^MOVED \d+ (.*):(\d+)$/.exec(error instanceof Error ? error.message : '') ?? [];
  return host ? { host, port: Number(port) } : undefined;
}
