import { hash } from 'node:crypto';
import type { Principal, TokenUse } from './principal';
import type { TokenVerifier } from './token-verifier';

const ACCESS: readonly TokenUse[] = ['access'];

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
  /** Two generations: a token that is asked for costs no write, and what nobody asks for goes with the older one. */
  private verified = new Map<string, Verified>();
  private older = new Map<string, Verified>();
  private lastKid: { header: string; kid: string } | undefined;

  constructor(
    private readonly inner: TokenVerifier,
    private readonly keyOf: TrustedKeyOf,
    private readonly options: { max?: number; now?: () => number } = {},
  ) {}

  get size(): number {
    return this.verified.size + this.older.size;
  }

  verify(token: string, uses: readonly TokenUse[] = ACCESS): Promise<Principal> | Principal {
    if (typeof token !== 'string') return this.inner.verify(token, uses);
    const digest = hash('sha256', token, 'base64');
    const id = uses === ACCESS ? digest : `${uses.join()} ${digest}`;
    return this.remembered(id) ?? this.verifyNew(id, token, uses);
  }

  private verifyNew(id: string, token: string, uses: readonly TokenUse[]): Promise<Principal> | Principal {
    const verified = this.inner.verify(token, uses);
    if (!(verified instanceof Promise)) return this.remember(id, token, verified);
    return verified.then((principal) => this.remember(id, token, principal));
  }

  private remembered(id: string): Principal | undefined {
    const young = this.verified.get(id);
    const found = young ?? this.older.get(id);
    if (!found) return undefined;
    const { now = Date.now } = this.options;
    if (now() >= found.principal.expiresAt || this.keyOf(found.kid) !== found.key) {
      this.verified.delete(id);
      this.older.delete(id);
      return undefined;
    }
    if (!young) {
      this.older.delete(id);
      this.keep(id, found);
    }
    return found.principal;
  }

  private remember(id: string, token: string, principal: Principal): Principal {
    const kid = this.kidOf(token);
    const key = this.keyOf(kid);
    if (key === undefined) return principal;
    // It is handed to every request of this token: what one of them writes into it must not reach another.
    Object.freeze(principal.groups);
    this.keep(id, { principal: Object.freeze(principal), kid, key });
    return principal;
  }

  private keep(id: string, verified: Verified): void {
    const { max = 10_000 } = this.options;
    this.verified.set(id, verified);
    if (this.verified.size < max / 2) return;
    this.older = this.verified;
    this.verified = new Map();
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
