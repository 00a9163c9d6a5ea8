import { Writable } from 'node:stream';

/** Keeps what a logger writes, for assertions on what must and must not be in it. */
export class LogCapture extends Writable {
  private readonly lines: string[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.lines.push(String(chunk));
    done();
  }

  get text(): string {
    return this.lines.join('');
  }
}
