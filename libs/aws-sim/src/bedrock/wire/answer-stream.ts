import { sleep, type SimClock } from '../clock';
import type { Fault, RequestFaults } from '../faults/fault';
import { AwsException } from './aws-exception';
import type { Exchange } from './exchange';
import { errorFrame, EVENT_STREAM, exceptionFrame } from './frames';

type Queued = { frame: Buffer } | { last: true };

/**
 * The frames of one answer, in order, with the faults of its request in between. Frames may be given at any speed; they
 * go out as fast as the client reads them.
 */
export class AnswerStream {
  private readonly queue: Queued[] = [];
  private pumping: Promise<void> | undefined;
  private sent = 0;
  private over = false;
  private readonly struck = new Set<Fault>();

  constructor(
    private readonly exchange: Exchange,
    private readonly faults: RequestFaults,
    private readonly clock: SimClock,
    /** Told when the stream ended for a fault or because its end was asked for. */
    private readonly onEnd: (why: string) => void,
  ) {}

  /** Answers the headers. Faults that strike before the first frame strike now. */
  start(): void {
    const early = this.faults.all.find((fault) => 'beforeHeaders' in fault && fault.beforeHeaders);
    if (early) return this.breakOff(early);
    this.exchange.start(200, { 'content-type': EVENT_STREAM });
    this.pump();
  }

  send(frame: Buffer): void {
    if (this.over) return;
    this.queue.push({ frame });
    this.pump();
  }

  /** Sends an exception as a frame and ends the answer. */
  fail(error: AwsException, message = error.message): void {
    this.send(exceptionFrame(error.frameName, message));
    this.end();
  }

  end(): void {
    if (this.over) return;
    this.queue.push({ last: true });
    this.pump();
  }

  private pump(): void {
    if (!this.exchange.response.headersSent) return;
    this.pumping ??= this.drain().finally(() => {
      this.pumping = undefined;
      if (this.exchange.closed) this.over = true;
      else if (this.queue.length > 0 && !this.over) this.pump();
    });
  }

  private async drain(): Promise<void> {
    if (!(await this.strikeBefore())) return;
    for (let next = this.queue.shift(); next && !this.over; next = this.queue.shift()) {
      if ('last' in next) return this.finish('ended');
      if (!(await this.slowDown())) return;
      await this.exchange.write(this.damaged(next.frame));
      this.sent++;
      if (this.over || !(await this.strikeBefore())) return;
    }
  }

  /** Lets the faults strike that wait for so many frames. False when there is nothing more to send. */
  private async strikeBefore(): Promise<boolean> {
    for (const fault of this.faults.all) {
      if (!('afterFrames' in fault) || fault.afterFrames !== this.sent || this.struck.has(fault)) continue;
      // These damage the frame that comes next instead.
      if (fault.kind === 'badChecksum' || fault.kind === 'halfFrame') continue;
      this.struck.add(fault);
      if (fault.kind === 'goaway') this.exchange.goAway();
      else if (fault.kind === 'stall') {
        if (!(await this.stall(fault.forMs))) return false;
      } else {
        await this.writeLast(fault);
        this.breakOff(fault);
        return false;
      }
    }
    return !this.over;
  }

  /** False when there is nobody left to answer. */
  private async slowDown(): Promise<boolean> {
    const slow = this.faults.find('slow');
    const { cancelled } = this.exchange;
    if (slow) await sleep(this.clock, slow.everyMs, AbortSignal.any([cancelled, this.faults.cleared]));
    return !cancelled.aborted;
  }

  private stall(forMs: number | undefined): Promise<boolean> {
    if (forMs !== undefined) return sleep(this.clock, forMs, this.exchange.cancelled);
    return new Promise((resolve) =>
      this.exchange.cancelled.addEventListener('abort', () => resolve(false), { once: true }),
    );
  }

  private async writeLast(fault: Fault): Promise<void> {
    if (fault.kind === 'exception') {
      const extra =
        fault.name === 'modelStreamErrorException' ? { originalStatusCode: 500, originalMessage: 'Simulated' } : {};
      await this.exchange.write(exceptionFrame(fault.name, fault.message ?? 'A fault was asked for.', extra));
    }
    if (fault.kind === 'errorFrame') await this.exchange.write(errorFrame(fault.code, fault.message));
  }

  private damaged(frame: Buffer): Buffer {
    const half = this.faults.find('halfFrame');
    if (half?.afterFrames === this.sent) {
      // The rest of the queue is not sent: the stream ends in the middle of this frame.
      this.queue.splice(0, this.queue.length, { last: true });
      return frame.subarray(0, frame.length >> 1);
    }
    if (this.faults.find('badChecksum')?.afterFrames === this.sent) {
      const wrong = Buffer.from(frame);
      wrong.writeUInt32BE((wrong.readUInt32BE(wrong.length - 4) ^ 1) >>> 0, wrong.length - 4);
      return wrong;
    }
    return frame;
  }

  private breakOff(fault: Fault): void {
    if (fault.kind === 'reset') this.exchange.reset();
    if (fault.kind === 'drop') this.exchange.drop();
    this.finish(fault.kind);
  }

  private finish(why: string): void {
    if (this.over) return;
    this.over = true;
    this.queue.length = 0;
    this.exchange.end();
    this.onEnd(why);
  }
}
