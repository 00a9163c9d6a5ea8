import type { Logger } from 'pino';
import { EmbeddedMetrics, type EmbeddedOptions } from './embedded';

/** CloudWatch keeps one point a minute; alarms and scaling look at those. */
const INTERVAL_MS = 60_000;

export interface TellingOptions extends EmbeddedOptions {
  logger: Logger;
  /** Standard output by default: not the logger, whose level must not be able to blind the scaling. */
  write?: (line: string) => void;
  intervalMs?: number;
}

/**
 * Tells the watched metrics once a minute, for CloudWatch to take them from the log.
 *
 * @returns what ends it, with one last line, so that nothing counted is lost when a task leaves
 */
export function tellMetrics(options: TellingOptions): () => Promise<void> {
  const { logger, intervalMs = INTERVAL_MS, write = (line) => void process.stdout.write(line) } = options;
  const embedded = new EmbeddedMetrics(options);
  const tell = () =>
    embedded.line().then(
      (line) => write(`${line}\n`),
      (error: unknown) => logger.warn({ err: error }, 'metrics cannot be collected'),
    );
  const timer = setInterval(() => void tell(), intervalMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    return tell();
  };
}
