import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ParleyError, toProblem } from '@parley/errors';

/**
 * Answers what the guards refuse as a problem document, under Express and Fastify: Nest's own filter would call it a fault of
 * ours (500). A filter that the application sets with `useGlobalFilters` comes before this one.
 */
@Catch(ParleyError)
export class RefusalFilter implements ExceptionFilter<ParleyError> {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(error: ParleyError, host: ArgumentsHost): void {
    const { httpAdapter } = this.host;
    const response: unknown = host.switchToHttp().getResponse();
    const { status, retryAfterMs } = error;
    httpAdapter.setHeader(response, 'content-type', 'application/problem+json');
    if (status === 401) httpAdapter.setHeader(response, 'www-authenticate', 'Bearer');
    if (retryAfterMs !== undefined)
      httpAdapter.setHeader(response, 'retry-after', String(Math.ceil(retryAfterMs / 1_000)));
    httpAdapter.reply(response, toProblem(error), status);
  }
}
