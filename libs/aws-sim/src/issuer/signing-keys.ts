import { generateKeyPair, randomBytes, type JsonWebKey } from 'node:crypto';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

export type TokenUse = 'access' | 'id';

export interface StoredKey {
  use: TokenUse;
  kid: string;
  /** The private key. */
  jwk: JsonWebKey;
  /** When a newer key took its place, in epoch milliseconds. */
  retiredAtMs?: number;
}

/**
 * The pool's signing keys. As Cognito does, access and ID tokens are signed with different ones. A key that was replaced
 * stays published for `keepMs`, so that tokens signed with it live to their end.
 */
export class SigningKeys {
  constructor(
    private stored: StoredKey[],
    private readonly options: { keepMs: number; now: () => number },
  ) {}

  /** Makes what is missing; 2048 bits, the least that a verifier may accept. */
  async fill(): Promise<void> {
    for (const use of ['id', 'access'] as const)
      if (!this.stored.some((key) => key.use === use && key.retiredAtMs === undefined))
        this.stored.unshift(await makeKey(use));
  }

  current(use: TokenUse): StoredKey {
    const key = this.stored.find((candidate) => candidate.use === use && candidate.retiredAtMs === undefined);
    if (!key) throw new Error(`There is no ${use} key: fill() was not called`);
    return key;
  }

  async rotate(): Promise<void> {
    const fresh = [await makeKey('id'), await makeKey('access')];
    for (const key of this.stored) key.retiredAtMs ??= this.options.now();
    this.stored = [...fresh, ...this.stored];
  }

  /** Takes replaced keys out of the set at once, as after a leak. */
  withdraw(): void {
    this.stored = this.stored.filter(({ retiredAtMs }) => retiredAtMs === undefined);
  }

  /** All keys that are still good, the current ones first. */
  all(): StoredKey[] {
    const oldest = this.options.now() - this.options.keepMs;
    this.stored = this.stored.filter(({ retiredAtMs }) => retiredAtMs === undefined || retiredAtMs > oldest);
    return this.stored;
  }

  /** The published set, with exactly the members that Cognito's has. */
  jwks() {
    return {
      keys: this.all().map(({ kid, jwk }) => ({ alg: 'RS256', e: jwk.e, kid, kty: 'RSA', n: jwk.n, use: 'sig' })),
    };
  }
}

async function makeKey(use: TokenUse): Promise<StoredKey> {
  const { privateKey } = await generate('rsa', { modulusLength: 2048 });
  return { use, kid: randomBytes(32).toString('base64'), jwk: privateKey.export({ format: 'jwk' }) };
}
