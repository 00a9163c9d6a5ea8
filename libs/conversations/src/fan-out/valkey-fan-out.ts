import { randomBytes } from 'node:crypto';
import type { ValkeyOptions } from '../valkey/valkey-options';
import { channelOf, EVERYBODY, topicOf } from './channel-names';
import type { FanOut, FanOutListener } from './fan-out';
import { Listeners } from './listeners';
import { SlotConnection } from './slot-connection';

/** Bytes that may wait for Valkey's answer; what is more is dropped, so that a slow server costs no memory here. */
const MAX_WAITING = 8 << 20;
/** Topics whose listeners are told one by one that they missed something; above it everybody is. */
const MAX_GAPS = 1_000;
const TELL_AGAIN_MS = 500;
const SENDER_LENGTH = 16;
const [MESSAGE, GAP] = ['m', 'g'];

export interface ValkeyFanOutOptions {
  /** Told what a listener threw, and when messages of other processes begin or cease to arrive. */
  report?: (what: string, cause?: unknown) => void;
}

/**
 * Sharded pub/sub over Valkey, on one node and on a cluster alike. What this process publishes reaches its own listeners
 * directly and comes back to nobody; each text begins with its kind and its sender.
 */
export class ValkeyFanOut implements FanOut {
  private readonly sender = randomBytes(SENDER_LENGTH / 2).toString('hex');
  private readonly listeners: Listeners;
  private readonly connection: SlotConnection;
  private readonly report: (what: string, cause?: unknown) => void;
  /** Topics that messages of other processes arrive for. */
  private readonly heard = new Set<string>();
  private waiting = 0;
  /** Topics of which a message did not get out. */
  private readonly dropped = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private interrupted = false;

  constructor(valkey: ValkeyOptions, options: ValkeyFanOutOptions = {}) {
    this.report = options.report ?? (() => undefined);
    this.listeners = new Listeners(this.report);
    this.connection = new SlotConnection({
      valkey,
      wanted: () => [EVERYBODY, ...this.listeners.topics.map(channelOf)],
      onMessage: (channel, text) => this.receive(channel, text),
      onLive: (channels) => this.heardAgain(channels),
      onLost: (cause) => this.heardNoMore(cause),
    });
  }

  /** Whether messages of other processes arrive at this moment, and ours get out. */
  get live(): boolean {
    return this.connection.live;
  }

  publish(topic: string, payload: string): void {
    this.listeners.message(topic, payload);
    if (this.waiting + payload.length > MAX_WAITING) return this.drop(topic);
    this.waiting += payload.length;
    this.send(channelOf(topic), MESSAGE, payload)
      .catch(() => this.drop(topic))
      .finally(() => (this.waiting -= payload.length));
  }

  subscribe(topic: string, listener: FanOutListener): () => void {
    // An object of its own: who subscribes twice with the same one ends one subscription at a time.
    const own: FanOutListener = { message: (payload) => listener.message(payload), gap: () => listener.gap() };
    if (this.listeners.add(topic, own)) this.connection.add(channelOf(topic));
    else if (this.heard.has(topic)) this.listeners.gapSoon(topic, own);
    return () => {
      if (!this.listeners.remove(topic, own)) return;
      this.heard.delete(topic);
      this.connection.remove(channelOf(topic));
    };
  }

  close(): void {
    clearTimeout(this.timer);
    this.connection.close();
  }

  private send(channel: string, kind: string, payload = ''): Promise<void> {
    return this.connection.send(channel, `${kind}${this.sender}${payload}`);
  }

  private receive(channel: string, text: string): void {
    if (text.startsWith(this.sender, 1)) return;
    if (channel === EVERYBODY) return this.gapEverywhere();
    const topic = topicOf(channel);
    if (text.startsWith(GAP)) this.listeners.gap(topic);
    else this.listeners.message(topic, text.slice(1 + SENDER_LENGTH));
  }

  private heardAgain(channels: string[]): void {
    if (this.interrupted) this.report('the fan-out hears other processes again');
    this.interrupted = false;
    for (const topic of channels.filter((channel) => channel !== EVERYBODY).map(topicOf)) {
      if (this.listeners.has(topic)) this.heard.add(topic);
      this.listeners.gap(topic);
    }
  }

  private heardNoMore(cause: unknown): void {
    this.heard.clear();
    if (!this.interrupted) this.report('the fan-out hears no other process', cause);
    this.interrupted = true;
  }

  private gapEverywhere(): void {
    for (const topic of this.listeners.topics) this.listeners.gap(topic);
  }

  /** What did not get out is said to be missing as soon as something gets out. */
  private drop(topic: string): void {
    if (this.dropped.size <= MAX_GAPS) this.dropped.add(topic);
    this.timer ??= setTimeout(() => void this.tellDropped(), TELL_AGAIN_MS).unref();
  }

  private async tellDropped(): Promise<void> {
    const topics = [...this.dropped];
    this.dropped.clear();
    const channels = topics.length > MAX_GAPS ? [EVERYBODY] : topics.map(channelOf);
    const sent = await Promise.allSettled(channels.map((channel) => this.send(channel, GAP)));
    this.timer = undefined;
    if (sent.some(({ status }) => status === 'rejected')) for (const topic of topics) this.drop(topic);
  }
}
