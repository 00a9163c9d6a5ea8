import { hash } from 'node:crypto';
import type { Principal, TokenUse } from './principal';
import type { TokenVerifier } from './token-verifier';

/** The key of a `kid` as it is trusted at this moment: another object, or none, when it was withdrawn or replaced. */
export type TrustedKeyOf = (kid: string) => object | undefined;

interface Verified {
  principal: Principal;
  kid: string;
  key: object;
}

/**
 * Remembers tokens that were verified, so that a busy client does not pay RSA for each request. A token is remembered by
 * its digest (whoever dumps the memory finds no token here), never past its `exp`, and only as long as the key that
 * signed it is trusted. Refusals are not remembered: they are cheap, and a list of them could be filled from outside.
 */
export class CachingTokenVerifier implements TokenVerifier {
  private readonly verified = new Map<string, Verified>();
  private lastKid: { header: string; kid: string } | undefined;

  constructor(
    private readonly inner: TokenVerifier,
    private readonly keyOf: TrustedKeyOf,
    private readonly options: { max?: number; now?: () => number } = {},
  ) {}

  get size(): number {
    return this.verified.size;
  }

  async verify(token: string, uses: readonly TokenUse[] = ['access']): Promise<Principal> {
    if (typeof token !== 'string') return this.inner.verify(token, uses);
    const id = `${uses.join()} ${hash('sha256', token, 'base64')}`;
    return this.remembered(id) ?? this.remember(id, token, await this.inner.verify(token, uses));
  }

  private remembered(id: string): Principal | undefined {
    const found = this.verified.get(id);
    if (!found) return undefined;
    const { now = Date.now } = this.options;
    // Re-inserted, so that the map is ordered by last use.
    this.verified.delete(id);
    if (now() >= found.principal.expiresAt || this.keyOf(found.kid) !== found.key) return undefined;
    this.verified.set(id, found);
    return found.principal;
  }

  private remember(id: string, token: string, principal: Principal): Principal {
    const { max = 10_000 } = this.options;
    const kid = this.kidOf(token);
    const key = this.keyOf(kid);
    if (key === undefined) return principal;
    // It is handed to every request of this token: what one of them writes into it must not reach another.
    Object.freeze(principal.groups);
    this.verified.set(id, { principal: Object.freeze(principal), kid, key });
    if (this.verified.size > max) this.verified.delete(this.verified.keys().next().value as string);
    return principal;
  }

  /** Of a token that was verified: its header is in order, and the same as that of every token of its key. */
  private kidOf(token: string): string {
    const header = token.slice(0, token.indexOf('.'));
    if (this.lastKid?.header !== header) {
      const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
      this.lastKid = { header, kid };
    }
    return this.lastKid.kid;
  }
}
