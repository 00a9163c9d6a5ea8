import type { IncomingMessage } from 'node:http';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ParleyError } from '@parley/errors';

/**
 * For routes that set or use a cookie: they want an allowed `Origin` and `application/json`. A form of another site can
 * send neither, so what it sends with the person's cookies is refused.
 */
@Injectable()
export class CsrfGuard implements CanActivate {
  constructor(private readonly allowedOrigins: readonly string[]) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<IncomingMessage>();
    if (headers.origin === undefined || !this.allowedOrigins.includes(headers.origin))
      throw new ParleyError('origin_not_allowed');
    if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) throw new ParleyError('json_required');
    return true;
  }
}
