import type { IncomingMessage } from 'node:http';
import { letGo, terminated } from '../provider-request';
import { BadFrame, FrameReader, type FrameMessage } from './frame-reader';

/** Who is told of an event stream. What it throws ends the reading. */
export interface FrameTaker {
  begin(): void;
  take(message: FrameMessage): void;
  end(): void;
}

/** An event stream that comes over Node's HTTP, told in the moment it comes: nothing waits, and no stream is in between. */
export class IncomingFrames {
  private readonly over = Promise.withResolvers<void>();

  constructor(private readonly message: IncomingMessage) {
    // From the beginning: of a connection that breaks before it is read nobody would be told later.
    message.on('error', (cause) => this.over.reject(terminated(cause)));
    this.over.promise.catch(() => undefined);
  }

  /** @throws what broke the connection, BadFrame, what `taker` threw, or why `signal` aborted */
  async read(taker: FrameTaker, signal: AbortSignal): Promise<void> {
    const { message, over } = this;
    const frames = new FrameReader();
    const tell = (message: FrameMessage) => taker.take(message);
    const fail = (error: unknown) => {
      letGo(message);
      over.reject(error);
    };
    const attempt = (step: () => void) => {
      try {
        step();
      } catch (error) {
        fail(error);
      }
    };
    message.on('data', (bytes: Buffer) => attempt(() => frames.push(bytes, tell)));
    message.on('end', () =>
      attempt(() => {
        if (frames.isMidMessage) throw new BadFrame('The stream ended in the middle of a frame');
        taker.end();
        over.resolve();
      }),
    );
    const abort = () => fail(signal.reason);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    else attempt(() => taker.begin());
    try {
      await over.promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}
