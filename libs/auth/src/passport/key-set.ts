import { createPublicKey, type KeyObject } from 'node:crypto';
import { ParleyError } from '@parley/errors';
import jwksRsa from 'jwks-rsa';

/** Where the key set stands: never read, read lately, or kept through an outage. */
export type KeySetState = 'empty' | 'fresh' | 'stale';

export interface KeySetOptions {
  jwksUri: string;
  /** A withdrawn key dies this long after, while the key service can be reached. */
  refreshMs?: number;
  /** Known keys are kept this long through an outage. */
  keepMs?: number;
  /** The least time between two fetches that unknown key ids or failures ask for. */
  cooldownMs?: number;
  timeoutMs?: number;
  now?: () => number;
  fetch?: typeof fetch;
  /** Told of each fetch that failed, for the log and the metric. */
  onOutage?: (error: unknown) => void;
}

const MAX_BYTES = 64 << 10;
const MIN_MODULUS_BITS = 2_048;

/**
 * The pool's signing keys, by `kid`. Fetched once for many waiters, refreshed every 10 minutes, kept through an outage for
 * 24 h. An unknown `kid` asks for one fetch; while the cooldown holds it is "unavailable", never "invalid": a newcomer
 * with a fresh key is told to try again, not that he is nobody.
 */
export class KeySet {
  private keys = new Map<string, KeyObject>();
  private readAt = -Infinity;
  private triedAt = -Infinity;
  private failing = false;
  private inFlight: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private readonly client: jwksRsa.JwksClient;
  private readonly options: Required<Omit<KeySetOptions, 'jwksUri'>>;

  constructor({ jwksUri, ...options }: KeySetOptions) {
    this.options = {
      refreshMs: 600_000,
      keepMs: 86_400_000,
      cooldownMs: 5_000,
      timeoutMs: 3_000,
      now: Date.now,
      fetch: globalThis.fetch,
      onOutage: () => undefined,
      ...options,
    };
    // jwks-rsa's own cache answers an outage with a refusal, and its limiter is shared by all key ids; both are ours here.
    this.client = jwksRsa({ jwksUri, cache: false, rateLimit: false, fetcher: (uri) => this.read(uri) });
  }

  get state(): KeySetState {
    if (this.readAt === -Infinity) return 'empty';
    return this.failing ? 'stale' : 'fresh';
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

  /**
   * The key of this id.
   *
   * @throws ParleyError `signing_keys_unavailable`; or `invalid_token` when the pool was asked just now and has no such key
   */
  async get(kid: string): Promise<KeyObject> {
    const known = this.known(kid);
    if (known) return known;
    if (this.inFlight === undefined && this.options.now() - this.triedAt < this.options.cooldownMs)
      throw this.unavailable();
    await this.refresh();
    const key = this.known(kid);
    if (key) return key;
    throw new ParleyError('invalid_token', { cause: new Error('the pool has no key of this kid') });
  }

  private known(kid: string): KeyObject | undefined {
    return this.options.now() - this.readAt < this.options.keepMs ? this.keys.get(kid) : undefined;
  }

  private refresh(): Promise<void> {
    this.inFlight ??= this.fetchKeys().finally(() => (this.inFlight = undefined));
    return this.inFlight;
  }

  private async fetchKeys(): Promise<void> {
    this.triedAt = this.options.now();
    try {
      const keys = new Map<string, KeyObject>();
      for (const { kid, getPublicKey } of await this.client.getSigningKeys())
        keys.set(kid, createPublicKey(getPublicKey()));
      this.keys = keys;
      this.readAt = this.options.now();
      this.failing = false;
    } catch (error) {
      this.failing = true;
      this.options.onOutage(error);
      throw this.unavailable(error);
    }
  }

  private async read(uri: string): Promise<{ keys: unknown[] }> {
    const signal = AbortSignal.timeout(this.options.timeoutMs);
    const response = await this.options.fetch(uri, {
      redirect: 'error',
      signal,
      headers: { accept: 'application/json' },
    });
    if (!response.ok || !response.body) throw new Error(`the key service answered ${response.status}`);
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MAX_BYTES) throw new Error('the key service answered too much');
    }
    const { keys } = JSON.parse(text) as { keys?: unknown };
    if (!Array.isArray(keys)) throw new Error('the key service answered no key set');
    const usable = keys.filter(isUsable);
    if (usable.length === 0) throw new Error('the key service answered no usable key');
    return { keys: usable };
  }

  private unavailable(cause?: unknown): ParleyError {
    const waitMs = Math.max(1_000, this.triedAt + this.options.cooldownMs - this.options.now());
    return new ParleyError('signing_keys_unavailable', { cause, retryAfterMs: waitMs });
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(
      () => void this.start(),
      this.failing ? this.options.cooldownMs : this.options.refreshMs,
    ).unref();
  }
}

/** Only RSA signing keys of RS256 with at least 2048 bits are in the set. */
function isUsable(key: unknown): boolean {
  const { kty, kid, use, alg, n } = key as Record<string, unknown>;
  if (kty !== 'RSA' || typeof kid !== 'string' || typeof n !== 'string') return false;
  if ((use !== undefined && use !== 'sig') || (alg !== undefined && alg !== 'RS256')) return false;
  return Buffer.from(n, 'base64url').length * 8 >= MIN_MODULUS_BITS;
}
