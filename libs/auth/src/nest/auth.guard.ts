import type { IncomingMessage } from 'node:http';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ParleyError } from '@parley/errors';
import { hasRights } from '../domain/rights';
import { Authenticator } from './authenticator';
import { PUBLIC, ROLES, SCOPES, principalIn, type Authenticated } from './decorators';

/** Guards every route and every socket handler: closed unless marked. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const marks = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, marks)) return true;
    if (context.getType() === 'http') {
      const request = context.switchToHttp().getRequest<IncomingMessage & Authenticated>();
      request.principal = await this.authenticator.authenticateRequest(request);
    }
    // A socket was authenticated at its upgrade; without a principal here its path was public and this handler is not.
    const principal = principalIn(context);
    if (!principal) throw new ParleyError('missing_token');
    const roles = this.reflector.getAllAndOverride<string[] | undefined>(ROLES, marks);
    const scopes = this.reflector.getAllAndOverride<string[] | undefined>(SCOPES, marks);
    if (!hasRights(principal, { roles, scopes })) throw new ParleyError('forbidden');
    return true;
  }
}
