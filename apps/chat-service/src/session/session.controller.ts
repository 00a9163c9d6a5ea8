import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Inject, Post, Req, Res, UseGuards } from '@nestjs/common';
import {
  AllowGuests,
  Authenticator,
  CsrfGuard,
  CurrentPrincipal,
  DISPLAY_NAMES,
  GUEST_COOKIE,
  Public,
  TICKET_LIFETIME_MS,
  TICKET_STORE,
  TOKEN_VERIFIER,
  sessionCookie,
  type DisplayNames,
  type Principal,
  type TicketStore,
  type TokenVerifier,
} from '@parley/auth';
import type { ConversationStore } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import {
  tokenResponseSchema,
  guestResponseSchema,
  claimResponseSchema,
  ticketResponseSchema,
  claimRequestSchema,
  guestRequestSchema,
  logoutRequestSchema,
  ticketRequestSchema,
  tokenRequestSchema,
  type ClaimResponse,
  type GuestResponse,
  type TicketResponse,
  type TokenResponse,
} from '@parley/protocol';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { Answers } from '../openapi/answers';
import { Authors } from '../chat/authors';
import { Generations } from '../chat/generations';
import { CONVERSATIONS } from '../ports';
import { BlockLists } from '../rooms/block-lists';
import { IdentityProvider, type PoolTokens } from './identity-provider';
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from './refresh-cookie';
import { SignOut } from './sign-out';

/** `/api/session/*`: signing in and out. The refresh token stays in an HttpOnly cookie. */
@Controller('api/session')
export class SessionController {
  constructor(
    private readonly pool: IdentityProvider,
    private readonly signOut: SignOut,
    private readonly authenticator: Authenticator,
    @Inject(TOKEN_VERIFIER) private readonly verifier: TokenVerifier,
    @Inject(TICKET_STORE) private readonly tickets: TicketStore,
    @Inject(DISPLAY_NAMES) private readonly names: DisplayNames,
    @Inject(CONVERSATIONS) private readonly conversations: ConversationStore,
    private readonly authors: Authors,
    private readonly generations: Generations,
    private readonly blockLists: BlockLists,
  ) {}

  /** Exchanges an authorization code (RFC 7636): the page has the verifier, the server the client's secret. */
  @Answers('Signs in by an authorization code', tokenResponseSchema)
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

  @Answers('Renews the access token', tokenResponseSchema)
  @Post('refresh')
  @Public()
  @UseGuards(CsrfGuard)
  @HttpCode(200)
  async refresh(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<TokenResponse> {
    const refreshToken = readRefreshCookie(request);
    if (refreshToken === undefined) throw new ParleyError('token_refused');
    try {
      const tokens = await this.pool.refresh(refreshToken);
      if (!(await this.signOut.isOver(tokens, refreshToken))) return await this.signedIn(tokens, request, response);
      throw new ParleyError('token_refused', { cause: new Error('signed out') });
    } catch (error) {
      // An outage keeps the cookie: nobody is signed out by it.
      if (error instanceof ParleyError && error.kind === 'denied') clearRefreshCookie(request, response);
      throw error;
    }
  }

  /** Ends the session of the cookie or of the bearer token, its tickets, and its sockets on every replica. */
  @Answers('Signs out')
  @Post('logout')
  @Public()
  @UseGuards(CsrfGuard)
  @HttpCode(204)
  async logout(
    @Body({ schema: logoutRequestSchema }) { everywhere = false }: z.output<typeof logoutRequestSchema>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const refreshToken = readRefreshCookie(request);
    clearRefreshCookie(request, response);
    await this.signOut.end(request, refreshToken, everywhere);
  }

  /** Makes a guest, or prolongs one. `sessionId` is a label of the front end's own: it opens nothing. */
  @Answers('Makes a guest, or prolongs one', guestResponseSchema)
  @Post('guest')
  @Public()
  @UseGuards(CsrfGuard)
  async guest(
    @Body({ schema: guestRequestSchema }) { sessionId = randomUUID() }: z.output<typeof guestRequestSchema>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<GuestResponse> {
    const { session, setCookie, expiresInMs } = await this.authenticator.beginGuest(request);
    if (setCookie !== undefined) response.append('set-cookie', setCookie);
    response.setHeader('cache-control', 'no-store');
    return { sessionId, ...(session === undefined ? {} : { session }), expiresInMs };
  }

  /** What a guest said becomes the conversations of the person he signed in as. */
  @Answers('Takes over what a guest said', claimResponseSchema)
  @Post('claim')
  @UseGuards(CsrfGuard)
  @HttpCode(200)
  async claim(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: claimRequestSchema }) { session }: z.output<typeof claimRequestSchema>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ClaimResponse> {
    const guest = this.authenticator.claimedGuest(request, session);
    if (!guest) return { conversations: [] };
    // First: nothing of the guest's rooms may reach the person unhidden.
    await this.blockLists.takeOver(guest.id, principal.id);
    const conversations = await this.conversations.handOver(guest.id, await this.authors.of(principal));
    // An answer ends for who was a guest, who reads it to here at the most; the person has what is written of it.
    await Promise.all(conversations.map((id) => this.generations.stopIn(id)));
    // Not before all is the person's: a claim that fails leaves the guest who he was.
    await this.blockLists.forget(guest.id);
    // The guest has become somebody: whoever uses this browser after him is another one.
    if (session === undefined) response.append('set-cookie', sessionCookie(GUEST_COOKIE, request.headers, '', 0));
    return { conversations };
  }

  @Answers('A ticket for a socket or a stream', ticketResponseSchema)
  @Post('ticket')
  @AllowGuests()
  async ticket(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: ticketRequestSchema }) { audience, conversationId }: z.output<typeof ticketRequestSchema>,
  ): Promise<TicketResponse> {
    this.authenticator.assertSignedIn(principal);
    return { ticket: await this.tickets.issue(principal, audience, conversationId), expiresInMs: TICKET_LIFETIME_MS };
  }

  private async signedIn(tokens: PoolTokens, request: Request, response: Response): Promise<TokenResponse> {
    const principal = await this.verifier.verify(tokens.accessToken);
    if (tokens.idToken !== undefined) {
      const { id, displayName } = await this.verifier.verify(tokens.idToken, ['id']);
      if (id === principal.id && displayName !== undefined) await this.names.remember(principal, displayName);
    }
    if (tokens.refreshToken !== undefined) setRefreshCookie(request, response, tokens.refreshToken);
    response.setHeader('cache-control', 'no-store');
    const name = await this.names.get(principal);
    const { id, username = id, groups } = principal;
    return {
      accessToken: tokens.accessToken,
      expiresInMs: tokens.expiresInMs,
      user: { id, username, groups: [...groups], ...(name === undefined ? {} : { name }) },
    };
  }
}
