import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Authenticator, SignedOutList, TOKEN_VERIFIER, type Principal, type TokenVerifier } from '@parley/auth';
import { ParleyError } from '@parley/errors';
import { IdentityProvider, type PoolTokens } from './identity-provider';

/** Ends sessions: on the signed-out list, which every replica reads, and at the pool. */
@Injectable()
export class SignOut {
  constructor(
    private readonly pool: IdentityProvider,
    private readonly authenticator: Authenticator,
    private readonly signedOut: SignedOutList,
    @Inject(TOKEN_VERIFIER) private readonly verifier: TokenVerifier,
  ) {}

  /**
   * Whether the session that these tokens come from was ended. Then it ends at the pool too: by the new refresh token, or,
   * where the client does not rotate, by the one they were bought with.
   */
  async isOver(tokens: PoolTokens, refreshToken: string): Promise<boolean> {
    if (!this.signedOut.has(await this.verifier.verify(tokens.accessToken))) return false;
    await this.pool.revoke(tokens.refreshToken ?? refreshToken);
    return true;
  }

  /**
   * Ends the session of the cookie, at the pool too, or of the bearer token where there is no cookie: by that one alone the
   * pool ends nothing, so its refresh token is revoked when it is used next. One that has ended already is fine,
   * and so is none at all.
   *
   * @throws ParleyError `invalid_token` for a bad token and no cookie; `identity_unavailable`, `store_unavailable`
   */
  async end(request: IncomingMessage, refreshToken: string | undefined, everywhere: boolean): Promise<void> {
    const bearer = await this.bearerOf(request, refreshToken !== undefined);
    if (refreshToken === undefined) {
      if (!bearer) return;
      return this.signedOut.signOut(bearer, everywhere);
    }
    const tokens = bearer ? undefined : await this.lastTokens(refreshToken);
    const principal = bearer ?? (tokens && (await this.verifier.verify(tokens.accessToken)));
    const revoked = [refreshToken, tokens?.refreshToken].map((token) => token && this.pool.revoke(token));
    await Promise.all([principal && this.signedOut.signOut(principal, everywhere), ...revoked]);
  }

  /**
   * Ends every session of somebody who was recognised already, the one of the cookie at the pool too.
   *
   * @throws ParleyError `identity_unavailable`, `store_unavailable`
   */
  async endAll(principal: Principal, refreshToken: string | undefined): Promise<void> {
    const revoked = refreshToken === undefined ? undefined : this.pool.revoke(refreshToken);
    await Promise.all([this.signedOut.signOut(principal, true), revoked]);
  }

  /** An expired bearer token beside a cookie is no reason to stay signed in. */
  private async bearerOf(request: IncomingMessage, hasCookie: boolean): Promise<Principal | undefined> {
    try {
      // Who is banned may still leave.
      const principal = await this.authenticator.identifyRequest(request, { banned: true });
      return principal?.kind === 'user' ? principal : undefined;
    } catch (error) {
      if (hasCookie && error instanceof ParleyError) return undefined;
      throw error;
    }
  }

  /** A refresh token does not say whose it is; what it buys does. */
  private async lastTokens(refreshToken: string): Promise<PoolTokens | undefined> {
    try {
      return await this.pool.refresh(refreshToken);
    } catch (error) {
      if (error instanceof ParleyError && error.kind === 'denied') return undefined;
      throw error;
    }
  }
}
