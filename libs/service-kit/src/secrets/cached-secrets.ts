import type { SecretSource } from './secret-source';

export interface CachedSecretsOptions {
  /** How long a secret counts as fresh, in milliseconds; five minutes by default. A rotation is noticed within this time. */
  freshMs?: number;
  /** How long after a failed attempt, or between two renewals, the source is left alone; ten seconds by default. */
  pauseMs?: number;
  now?: () => number;
}

interface Known {
  text?: string;
  readAtMs: number;
  triedAtMs: number;
  reading?: Promise<string>;
}

/**
 * Secrets that follow a rotation without a restart. A fresh one costs nothing; a stale one is read again, by one reader for
 * all who ask; and while the source is down the last known one goes on being used.
 */
export class CachedSecrets implements SecretSource {
  private readonly known = new Map<string, Known>();
  private readonly freshMs: number;
  private readonly pauseMs: number;
  private readonly now: () => number;

  constructor(
    private readonly source: SecretSource,
    { freshMs = 300_000, pauseMs = 10_000, now = () => performance.now() }: CachedSecretsOptions = {},
  ) {
    this.freshMs = freshMs;
    this.pauseMs = pauseMs;
    this.now = now;
  }

  async read(reference: string): Promise<string> {
    const known = this.known.get(reference);
    if (known?.text === undefined) return this.fetch(reference);
    const isFresh = this.now() - known.readAtMs < this.freshMs;
    if (isFresh || this.isPaused(known)) return known.text;
    return this.fetch(reference).catch(() => known.text!);
  }

  /**
   * Reads again now, for somebody whose secret was just refused: it may have been rotated. At most once in `pauseMs`.
   *
   * @returns the secret that is current, which may be the one that was refused
   */
  async renew(reference: string): Promise<string> {
    const known = this.known.get(reference);
    if (known?.text !== undefined && !known.reading && this.isPaused(known)) return known.text;
    return this.fetch(reference);
  }

  private isPaused(known: Known): boolean {
    return this.now() - known.triedAtMs < this.pauseMs;
  }

  private fetch(reference: string): Promise<string> {
    const known: Known = this.known.get(reference) ?? { readAtMs: 0, triedAtMs: 0 };
    if (known.reading) return known.reading;
    this.known.set(reference, known);
    known.triedAtMs = this.now();
    known.reading = this.source
      .read(reference)
      .then((text) => {
        known.text = text;
        known.readAtMs = this.now();
        return text;
      })
      .finally(() => delete known.reading);
    return known.reading;
  }
}
