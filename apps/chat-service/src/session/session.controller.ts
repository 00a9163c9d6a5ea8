import { Body, Controller, Get, HttpCode, Inject, Patch, Post, Req, Res, UseGuards } from '@nestjs/common';
import {
  CsrfGuard,
  CurrentPrincipal,
  DISPLAY_NAMES,
  Public,
  TICKET_LIFETIME_MS,
  TICKET_STORE,
  TOKEN_VERIFIER,
  type DisplayNames,
  type Principal,
  type TicketStore,
  type TokenVerifier,
} from '@parley/auth';
import { ParleyError } from '@parley/errors';
import {
  renameSelfSchema,
  ticketRequestSchema,
  tokenRequestSchema,
  type PublicPrincipal,
  type TicketResponse,
  type TokenResponse,
} from '@parley/protocol';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { IdentityProvider, type PoolTokens } from './identity-provider';
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from './refresh-cookie';

/** `/api/session/*`: signing in and out. The refresh token stays in an HttpOnly cookie. */
@Controller('api/session')
export class SessionController {
  constructor(
    private readonly pool: IdentityProvider,
    @Inject(TOKEN_VERIFIER) private readonly verifier: TokenVerifier,
    @Inject(TICKET_STORE) private readonly tickets: TicketStore,
    @Inject(DISPLAY_NAMES) private readonly names: DisplayNames,
  ) {}

  /** Exchanges an authorization code (RFC 7636): the page has the verifier, the server the client's secret. */
  @Post('token')
  @Public()
  @UseGuards(CsrfGuard)
  @HttpCode(200)
  async token(
    @Body({ schema: tokenRequestSchema }) body: z.output<typeof tokenRequestSchema>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<TokenResponse> {
    const tokens = await this.pool.exchangeCode(body.code, body.codeVerifier, body.redirectUri);
    return this.signedIn(tokens, request, response);
  }

  @Post('refresh')
  @Public()
  @UseGuards(CsrfGuard)
  @HttpCode(200)
  async refresh(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<TokenResponse> {
    const refreshToken = readRefreshCookie(request);
    if (refreshToken === undefined) throw new ParleyError('token_refused');
    try {
      return await this.signedIn(await this.pool.refresh(refreshToken), request, response);
    } catch (error) {
      // An outage keeps the cookie: nobody is signed out by it.
      if (error instanceof ParleyError && error.kind === 'denied') clearRefreshCookie(request, response);
      throw error;
    }
  }

  @Post('logout')
  @Public()
  @UseGuards(CsrfGuard)
  @HttpCode(204)
  async logout(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<void> {
    const refreshToken = readRefreshCookie(request);
    clearRefreshCookie(request, response);
    if (refreshToken !== undefined) await this.pool.revoke(refreshToken);
  }

  @Get('me')
  async me(@CurrentPrincipal() principal: Principal): Promise<PublicPrincipal> {
    return this.describe(principal, await this.names.get(principal.id));
  }

  @Patch('me')
  async rename(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: renameSelfSchema }) { name }: z.output<typeof renameSelfSchema>,
  ): Promise<PublicPrincipal> {
    await this.names.set(principal.id, name);
    return this.describe(principal, name);
  }

  @Post('ticket')
  async ticket(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: ticketRequestSchema }) { audience, conversationId }: z.output<typeof ticketRequestSchema>,
  ): Promise<TicketResponse> {
    return { ticket: await this.tickets.issue(principal, audience, conversationId), expiresInMs: TICKET_LIFETIME_MS };
  }

  private async signedIn(tokens: PoolTokens, request: Request, response: Response): Promise<TokenResponse> {
    const principal = await this.verifier.verify(tokens.accessToken);
    if (tokens.idToken !== undefined) {
      const { id, displayName } = await this.verifier.verify(tokens.idToken, ['id']);
      if (id === principal.id && displayName !== undefined) await this.names.remember(id, displayName);
    }
    if (tokens.refreshToken !== undefined) setRefreshCookie(request, response, tokens.refreshToken);
    response.setHeader('cache-control', 'no-store');
    const name = await this.names.get(principal.id);
    const { id, username = id, groups } = principal;
    return {
      accessToken: tokens.accessToken,
      expiresInMs: tokens.expiresInMs,
      user: { id, username, groups: [...groups], ...(name === undefined ? {} : { name }) },
    };
  }

  private describe({ kind, id, username, groups, expiresAt }: Principal, name: string | undefined): PublicPrincipal {
    return {
      kind,
      id,
      ...(username === undefined ? {} : { username }),
      ...(name === undefined ? {} : { name }),
      groups: [...groups],
      expiresAt: new Date(expiresAt).toISOString(),
    };
  }
}
