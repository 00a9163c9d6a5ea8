import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ParleyError } from '@parley/errors';
import { hasRights } from '../domain/rights';
import { Authenticator } from './authenticator';
import { BANNED, GUESTS, PUBLIC, ROLES, SCOPES, principalIn, type Authenticated } from './decorators';

/** Guards every route and every socket handler: closed unless marked. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const marks = [context.getHandler(), context.getClass()];
    const mark = <T>(name: string) => this.reflector.getAllAndOverride<T | undefined>(name, marks);
    if (mark<boolean>(PUBLIC)) return true;
    const guests = mark<boolean>(GUESTS) === true;
    const banned = mark<boolean>(BANNED) === true;
    if (context.getType() === 'http') await this.authenticate(context, { guests, banned });
    // A socket was authenticated at its upgrade; without a principal here its path was public and this handler is not.
    const principal = principalIn(context);
    if (!principal) throw new ParleyError('missing_token');
    if (principal.kind === 'guest' && !guests) throw new ParleyError('guests_not_admitted');
    if (!hasRights(principal, { roles: mark(ROLES), scopes: mark(SCOPES) })) throw new ParleyError('forbidden');
    return true;
  }

  private async authenticate(context: ExecutionContext, access: { guests: boolean; banned: boolean }): Promise<void> {
    const http = context.switchToHttp();
    const request = http.getRequest<IncomingMessage & Authenticated & { raw?: IncomingMessage }>();
    // Fastify wraps what Node gives it; Express does not.
    const { principal, setCookie } = await this.authenticator.authenticateRequest(request.raw ?? request, access);
    request.principal = principal;
    if (setCookie === undefined) return;
    const response = http.getResponse<ServerResponse & { raw?: ServerResponse }>();
    (response.raw ?? response).appendHeader('set-cookie', setCookie);
  }
}
