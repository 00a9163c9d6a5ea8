import { hash } from 'node:crypto';
import type { Principal, TokenUse } from './principal';
import type { TokenVerifier } from './token-verifier';

const ACCESS: readonly TokenUse[] = ['access'];

/** Another number, or none, once a key that was trusted before is not any more. */
export type TrustedKeys = () => number | undefined;

/**
 * Remembers tokens that were verified, so that a busy client does not pay RSA for each request. A token is remembered by
 * its digest (whoever dumps the memory finds no token here), never past its `exp`, and until any key is withdrawn or
 * replaced: that happens so seldom that it may cost all tokens a new verification, and spares asking for the key of each.
 * Refusals are not remembered: they are cheap, and a list of them could be filled from outside.
 */
export class CachingTokenVerifier implements TokenVerifier {
  /** Two generations: a token that is asked for costs no write, and what nobody asks for goes with the older one. */
  private verified = new Map<string, Principal>();
  private older = new Map<string, Principal>();
  private trusted: number | undefined;

  constructor(
    private readonly inner: TokenVerifier,
    private readonly trustedKeys: TrustedKeys,
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
    if (!(verified instanceof Promise)) return this.remember(id, verified);
    const { trusted } = this;
    // A key that was read meanwhile may stand where another was withdrawn: its tokens are remembered from their next time on.
    return verified.then((principal) =>
      trusted !== undefined && this.trustedKeys() === trusted ? this.remember(id, principal) : principal,
    );
  }

  private remembered(id: string): Principal | undefined {
    const trusted = this.trustedKeys();
    if (trusted !== this.trusted) {
      this.trusted = trusted;
      this.verified = new Map();
      this.older = new Map();
      return undefined;
    }
    const young = this.verified.get(id);
    const found = young ?? this.older.get(id);
    if (!found) return undefined;
    const { now = Date.now } = this.options;
    if (now() >= found.expiresAt) {
      this.verified.delete(id);
      this.older.delete(id);
      return undefined;
    }
    if (!young) {
      this.older.delete(id);
      this.keep(id, found);
    }
    return found;
  }

  private remember(id: string, principal: Principal): Principal {
    // It is handed to every request of this token: what one of them writes into it must not reach another.
    Object.freeze(principal.groups);
    this.keep(id, Object.freeze(principal));
    return principal;
  }

  private keep(id: string, principal: Principal): void {
    const { max = 10_000 } = this.options;
    this.verified.set(id, principal);
    if (this.verified.size < max / 2) return;
    this.older = this.verified;
    this.verified = new Map();
  }
}
