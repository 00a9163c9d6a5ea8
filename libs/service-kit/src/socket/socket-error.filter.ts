import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { asParleyError } from '@parley/errors';
import type { Logger } from 'pino';
import { logError } from '../http/problem.filter';
import type { Connection } from './connection';

/** Answers what a socket handler or its guard threw with an `error` event; the connection goes on. */
@Catch()
export class SocketErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const ws = host.switchToWs();
    const error = asParleyError(thrown);
    logError(this.logger, error, { event: ws.getPattern() });
    const connection = ws.getClient<Connection>();
    connection.fail(error, connection.currentRef);
  }
}
