import type { AnswerTimeouts } from './answer';
import { ModelTimeout } from './error-code';

/** Watches over the time of one model call after the other: no provider bounds its own, and one that stalls hangs for ever. */
export class AnswerWatch {
  private timer: NodeJS.Timeout | undefined;
  /** The timer runs for the next piece: each piece sets it back, which costs less than another one. */
  private isForPieces = false;
  private toolsRunning = 0;
  private isOver = false;

  /** @param expire told when a time is up, at most once */
  constructor(
    private readonly timeouts: Omit<AnswerTimeouts, 'totalMs'>,
    private readonly expire: (cause: ModelTimeout) => void,
  ) {
    this.await('the first piece', timeouts.firstChunkMs);
  }

  /** To be told of every part that comes from the model or a tool, and when a step is finished. */
  see({ type }: { type: string }): void {
    switch (type) {
      case 'tool-call':
        this.toolsRunning += 1;
        break;
      case 'tool-result':
      case 'tool-error':
        this.toolsRunning -= 1;
        break;
      case 'finish-step':
        this.await('the first piece', this.timeouts.firstChunkMs);
        return;
    }
    // A tool has its own time; the model says nothing while one runs.
    if (this.toolsRunning > 0) this.clear();
    else if (this.isForPieces) this.timer?.refresh();
    else this.isForPieces = this.await('the next piece', this.timeouts.chunkMs);
  }

  /** Whatever is still seen of a call that was cut. */
  stop(): void {
    this.isOver = true;
    this.clear();
  }

  private await(what: string, ms: number): boolean {
    this.clear();
    if (this.isOver) return false;
    this.timer = setTimeout(() => {
      this.stop();
      this.expire(new ModelTimeout(what, ms));
    }, ms);
    return true;
  }

  private clear(): void {
    clearTimeout(this.timer);
    this.isForPieces = false;
  }
}
