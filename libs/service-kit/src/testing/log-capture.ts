import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';

/** Keeps what a logger writes, for assertions on what must and must not be in it. */
export class LogCapture extends Writable {
  private lines: string[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.lines.push(String(chunk));
    // A whole run searches all of it for credentials: `npm test`.
    const evidence = process.env['PARLEY_EVIDENCE'];
    if (evidence) appendFileSync(join(evidence, `logs-${process.pid}.txt`), chunk);
    done();
    this.emit('line');
  }

  /** Resolves when a line matches, one of before too. */
  async until(matches: RegExp): Promise<void> {
    while (!this.lines.some((line) => matches.test(line))) await once(this, 'line');
  }

  /** Begins anew: long tests would keep more of the log than the service keeps of anything. */
  forget(): void {
    this.lines = [];
  }

  get text(): string {
    return this.lines.join('');
  }
}
