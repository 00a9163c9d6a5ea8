import { Body, Controller, Delete, Get, HttpCode, Inject, Patch, Put, Req, Res } from '@nestjs/common';
import {
  AllowBanned,
  AllowGuests,
  CONSENTS,
  CurrentPrincipal,
  DISPLAY_NAMES,
  GUEST_COOKIE,
  sessionCookie,
  type Consents,
  type DisplayNames,
  type Principal,
} from '@parley/auth';
import { consentSchema, renameSelfSchema, selfSchema, type Self } from '@parley/protocol';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { Answers } from '../openapi/answers';
import { ASKS_CONSENT } from '../ports';
import { Erasure } from './erasure';
import { clearRefreshCookie, readRefreshCookie } from './refresh-cookie';
import { SignOut } from './sign-out';

/** What a person can know, say and have erased of himself. */
@Controller('api/session')
@AllowGuests()
export class SelfController {
  constructor(
    @Inject(DISPLAY_NAMES) private readonly names: DisplayNames,
    @Inject(CONSENTS) private readonly consents: Consents,
    @Inject(ASKS_CONSENT) private readonly asksConsent: boolean,
    private readonly erasure: Erasure,
    private readonly signOut: SignOut,
  ) {}

  @Answers('Who the caller is', selfSchema)
  @Get('me')
  async me(@CurrentPrincipal() principal: Principal): Promise<Self> {
    return this.describe(principal, await this.names.get(principal));
  }

  @Answers('Changes the display name', selfSchema)
  @Patch('me')
  async rename(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: renameSelfSchema }) { name }: z.output<typeof renameSelfSchema>,
  ): Promise<Self> {
    await this.names.set(principal, name);
    return this.describe(principal, name);
  }

  /** It is begun when this answers, and goes on whatever happens to this process. */
  @Answers('Erases everything the caller left, and signs him out everywhere')
  @AllowBanned()
  @Delete('me')
  @HttpCode(202)
  async erase(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const wish = await this.erasure.wish(principal.id);
    const refreshToken = principal.kind === 'user' ? readRefreshCookie(request) : undefined;
    if (principal.kind === 'user') clearRefreshCookie(request, response);
    else response.append('set-cookie', sessionCookie(GUEST_COOKIE, request.headers, '', 0));
    await this.signOut.endAll(principal, refreshToken);
    this.erasure.begin(wish);
  }

  @Answers('Says whether what is said in calls may be written down')
  @Put('consent')
  @HttpCode(204)
  consent(
    @CurrentPrincipal() principal: Principal,
    @Body({ schema: consentSchema }) { transcripts }: z.output<typeof consentSchema>,
  ): Promise<void> {
    return this.consents.set(principal, transcripts);
  }

  private async describe(principal: Principal, name: string | undefined): Promise<Self> {
    const { kind, id, username, groups, expiresAt } = principal;
    const transcripts = await this.consents.get(principal);
    return {
      kind,
      id,
      ...(username === undefined ? {} : { username }),
      ...(name === undefined ? {} : { name }),
      groups: [...groups],
      expiresAt: new Date(expiresAt).toISOString(),
      consent: { asked: this.asksConsent, ...(transcripts === undefined ? {} : { transcripts }) },
    };
  }
}
