import { createPublicKey, type KeyObject } from 'node:crypto';
import { ParleyError } from '@parley/errors';
import jwksRsa from 'jwks-rsa';
import { isUsableKey, readKeySet } from './read-key-set';

/** Where the key set stands: never read, read lately, or kept through an outage. */
export type KeySetState = 'empty' | 'fresh' | 'stale';

/** One attempt to read the keys, for the log and the metric. */
export interface KeyFetch {
  outcome: 'read' | 'failed';
  durationMs: number;
  /** Why it failed. */
  error?: unknown;
}

export interface KeySetOptions {
  jwksUri: string;
  /** A withdrawn key dies this long after at the latest, while the key service can be reached. */
  refreshMs?: number;
  /** Known keys are kept this long through an outage. */
  keepMs?: number;
  /** The least time between two fetches that unknown key ids or failures ask for. */
  cooldownMs?: number;
  timeoutMs?: number;
  now?: () => number;
  /** 0 to 1: spreads the refreshes of many processes that started together. */
  random?: () => number;
  fetch?: typeof fetch;
  onFetch?: (fetch: KeyFetch) => void;
  /** Told of each fetch that failed. */
  onOutage?: (error: unknown) => void;
}

/** Refreshes come up to this part of the interval early. */
const JITTER = 0.2;

/**
 * The pool's signing keys, by `kid`. Fetched once for many waiters, refreshed every 10 minutes, kept through an outage for
 * 24 h.
 *
 * An unknown `kid` asks for one fetch; while the cooldown holds it is "unavailable", never "invalid". A fetch brings the
 * whole set, whoever asked for it, so a flood of invented ids cannot keep a real new key out: the flood's own fetch brings
 * it, at the latest when the cooldown ends. Only a fetch that began after a token came says that its key does not exist.
 */
export class KeySet {
  private keys = new Map<string, { pem: string; key: KeyObject }>();
  private readAt = -Infinity;
  private triedAt = -Infinity;
  private failing = false;
  private inFlight: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private withdrawals = 0;
  private readonly client: jwksRsa.JwksClient;
  private readonly options: Required<Omit<KeySetOptions, 'jwksUri'>>;

  constructor({ jwksUri, ...options }: KeySetOptions) {
    this.options = {
      refreshMs: 600_000,
      keepMs: 86_400_000,
      cooldownMs: 5_000,
      timeoutMs: 3_000,
      now: Date.now,
      random: Math.random,
      fetch: globalThis.fetch,
      onFetch: () => undefined,
      onOutage: () => undefined,
      ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    };
    // jwks-rsa's own cache answers an outage with a refusal, and its limiter is shared by all key ids; both are ours here.
    this.client = jwksRsa({
      jwksUri,
      cache: false,
      rateLimit: false,
      fetcher: (uri) => readKeySet(uri, this.options.fetch, this.options.timeoutMs),
    });
  }

  get state(): KeySetState {
    if (this.readAt === -Infinity) return 'empty';
    return this.failing ? 'stale' : 'fresh';
  }

  /** What an operator wants to see: how many keys there are, and how old (in milliseconds; Infinity when never read). */
  get snapshot(): { state: KeySetState; keys: number; ageMs: number } {
    return { state: this.state, keys: this.keys.size, ageMs: this.options.now() - this.readAt };
  }

  /**
   * How many times a key was withdrawn or replaced, for who remembers what was verified with one; `undefined` while none is
   * trusted, since all are too old.
   */
  get trust(): number | undefined {
    return this.areKept ? this.withdrawals : undefined;
  }

  /** Reads the keys until it works, then keeps them fresh. Resolves after the first attempt, whatever came of it. */
  async start(): Promise<void> {
    await this.refresh().catch(() => undefined);
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** The key of this id as it is trusted now: the same object as long as it is the same key. Never asks the key service. */
  trusted(kid: string): KeyObject | undefined {
    return this.areKept ? this.keys.get(kid)?.key : undefined;
  }

  /**
   * The key of this id.
   *
   * @throws ParleyError `signing_keys_unavailable`; or `invalid_token` when the pool was asked just now and has no such key
   */
  async get(kid: string): Promise<KeyObject> {
    const known = this.trusted(kid);
    if (known) return known;
    const joins = this.inFlight !== undefined;
    if (!joins && this.options.now() - this.triedAt < this.options.cooldownMs) throw this.unavailable();
    await this.refresh();
    const key = this.trusted(kid);
    if (key) return key;
    // The answer that was on its way may be older than the key.
    if (joins) throw this.unavailable();
    throw new ParleyError('invalid_token', { cause: new Error('the pool has no key of this kid') });
  }

  private refresh(): Promise<void> {
    this.inFlight ??= this.fetchKeys().finally(() => (this.inFlight = undefined));
    return this.inFlight;
  }

  private async fetchKeys(): Promise<void> {
    const { now, onFetch, onOutage } = this.options;
    this.triedAt = now();
    try {
      const keys = new Map<string, { pem: string; key: KeyObject }>();
      for (const signingKey of await this.client.getSigningKeys()) {
        const { kid } = signingKey;
        const pem = signingKey.getPublicKey();
        const had = this.keys.get(kid);
        const key = had?.pem === pem ? had.key : createPublicKey(pem);
        if (isUsableKey(key)) keys.set(kid, { pem, key });
      }
      if (keys.size === 0) throw new Error('the key service answered no usable key');
      for (const [kid, { key }] of this.keys) if (keys.get(kid)?.key !== key) this.withdrawals += 1;
      this.keys = keys;
      this.readAt = now();
      this.failing = false;
      onFetch({ outcome: 'read', durationMs: now() - this.triedAt });
    } catch (error) {
      this.failing = true;
      onFetch({ outcome: 'failed', durationMs: now() - this.triedAt, error });
      onOutage(error);
      throw this.unavailable(error);
    }
  }

  private get areKept(): boolean {
    return this.options.now() - this.readAt < this.options.keepMs;
  }

  private unavailable(cause?: unknown): ParleyError {
    const waitMs = Math.max(1_000, this.triedAt + this.options.cooldownMs - this.options.now());
    return new ParleyError('signing_keys_unavailable', { cause, retryAfterMs: waitMs });
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    const { cooldownMs, refreshMs, random } = this.options;
    const waitMs = this.failing ? cooldownMs : refreshMs * (1 - JITTER * random());
    this.timer = setTimeout(() => void this.start(), waitMs).unref();
  }
}
