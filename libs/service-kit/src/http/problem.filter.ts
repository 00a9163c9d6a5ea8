import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ParleyError, asParleyError, toProblem, type ErrorCode } from '@parley/errors';
import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import { BodyHashMismatch } from './json-body';
import { currentContext } from '../logging/request-context';

/** Answers every error of an HTTP route as a problem document, and logs it at the level of its kind. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    const error = asHttpError(thrown);
    logError(this.logger, error, { path: http.getRequest<Request>().path });
    // After the first byte only the connection can say that something went wrong.
    if (response.headersSent) return void response.destroy();
    if (error.status === 401) response.setHeader('www-authenticate', 'Bearer');
    if (error.status === 429 || error.status === 503) {
      response.setHeader('retry-after', Math.ceil((error.retryAfterMs ?? 1_000) / 1_000));
    }
    response
      .status(error.status)
      .type('application/problem+json')
      .setHeader('cache-control', 'no-store')
      .send(JSON.stringify(toProblem(error, currentContext()?.requestId)));
  }
}

const LEVELS = { fault: 'error', unavailable: 'warn', denied: 'debug', invalid: 'debug' } as const;

/**
 * One log line per error: bugs are errors, outages warnings, the caller's own mistakes nobody's business but his. So is his
 * hurry, though he may come again later: whoever floods a service must not fill its log with warnings.
 */
export function logError(logger: Logger, error: ParleyError, facts: object = {}): void {
  const level = error.status === 429 ? 'debug' : LEVELS[error.kind];
  const cause = error.cause instanceof Error ? error.cause : undefined;
  logger[level]({ ...facts, code: error.code, ...(cause ? { err: cause } : {}) }, error.message);
}

const byStatus: Record<number, ErrorCode> = {
  400: 'invalid_body',
  401: 'missing_token',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  429: 'too_many_requests',
};

/** What Nest and the body parser throw, in our codes. */
function asHttpError(thrown: unknown): ParleyError {
  // Nest wraps what a middleware passes on.
  if (thrown instanceof BodyHashMismatch || (thrown as Error | null)?.cause instanceof BodyHashMismatch) {
    return new ParleyError('invalid_body', { message: 'x-amz-content-sha256 is not the SHA-256 of this body' });
  }
  const status = thrown instanceof HttpException ? thrown.getStatus() : bodyParserStatus(thrown);
  if (status === undefined || thrown instanceof ParleyError) return asParleyError(thrown);
  const code = byStatus[status] ?? (status < 500 ? 'invalid_body' : 'internal');
  return new ParleyError(code, { cause: thrown });
}

/** body-parser marks its errors with `type` (`entity.too.large`) and a status. */
function bodyParserStatus(thrown: unknown): number | undefined {
  const { type, status } = (thrown ?? {}) as { type?: unknown; status?: unknown };
  return typeof type === 'string' && typeof status === 'number' ? status : undefined;
}
