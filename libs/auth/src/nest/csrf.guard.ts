import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { assertNotForged } from '../domain/forgery';
import type { AuthOptions } from './auth-options';
import { AUTH_OPTIONS } from './tokens';

/**
 * For routes that set or use a cookie: they want an allowed `Origin` and `application/json`. A form of another site can
 * send neither, so what it sends with the person's cookies is refused.
 */
@Injectable()
export class CsrfGuard implements CanActivate {
  constructor(@Inject(AUTH_OPTIONS) private readonly options: Pick<AuthOptions, 'allowedOrigins'>) {}

  canActivate(context: ExecutionContext): boolean {
    assertNotForged(context.switchToHttp().getRequest<IncomingMessage>().headers, this.options.allowedOrigins);
    return true;
  }
}
