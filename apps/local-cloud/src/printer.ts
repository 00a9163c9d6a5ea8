import { formatLine } from './log-line';

/** Where a part of the local cloud writes its lines. */
export type LineSink = (line: string) => void;

export interface PrinterOptions {
  write: (text: string) => void;
  colours: boolean;
  /** Of everyone who will write: the column is as wide as the longest. */
  names: readonly string[];
}

/** Puts the lines of all parts into one readable stream. */
export class Printer {
  private readonly width: number;

  constructor(private readonly options: PrinterOptions) {
    this.width = Math.max(...options.names.map((name) => name.length));
  }

  /** A line of a service: JSON as pino writes it, or plain text. */
  sink(service: string): LineSink {
    const colour = this.options.colours ? this.options.names.indexOf(service) : undefined;
    const style = { service, width: this.width, colour };
    return (line) => this.options.write(`${formatLine(line, style)}\n`);
  }

  /** A line of the local cloud's own. */
  say(level: 'info' | 'warn' | 'error', msg: string, facts: Record<string, unknown> = {}, who = 'local-cloud'): void {
    this.sink(who)(JSON.stringify({ level, time: Date.now(), msg, ...facts }));
  }

  /** Text as it is. */
  plain(text: string): void {
    this.options.write(`${text}\n`);
  }
}
