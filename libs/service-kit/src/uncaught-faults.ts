import type { EventEmitter } from 'node:events';
import type { Logger } from 'pino';

/**
 * Errors that streams of the AWS SDK were seen to throw where nobody can catch them (aws-sdk-js-v3 issue 7706): a fault of
 * one request, which it has told its caller already. The process goes on.
 */
const STRAY_STREAM_ERRORS = new Set(['ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_WRITE_AFTER_END']);

/** Has a process leave in order on a fault that nothing caught, and go on after one that is known to harm nobody else. */
export function leaveOnUncaught(
  process: Pick<EventEmitter, 'on'>,
  logger: Pick<Logger, 'error' | 'fatal'>,
  leave: (why: string) => void,
): void {
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error: unknown) => {
      if (STRAY_STREAM_ERRORS.has((error as NodeJS.ErrnoException | undefined)?.code ?? ''))
        return logger.error({ err: error }, 'a stream failed where nobody was looking');
      logger.fatal({ err: error }, event);
      leave(event);
    });
  }
}
