import type { AnswerTimeouts } from './answer';
import { ModelTimeout } from './error-code';

/** Watches over the time of one model call after the other: no provider bounds its own, and one that stalls hangs for ever. */
export class AnswerWatch {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private toolsRunning = 0;
  private isOver = false;

  constructor(private readonly timeouts: Omit<AnswerTimeouts, 'totalMs'>) {
    this.await('the first piece', timeouts.firstChunkMs);
  }

  /** Fires with a ModelTimeout. */
  get signal(): AbortSignal {
    return this.controller.signal;
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
    if (this.toolsRunning > 0) clearTimeout(this.timer);
    else this.await('the next piece', this.timeouts.chunkMs);
  }

  /** Whatever is still seen of a call that was cut. */
  stop(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  private await(what: string, ms: number): void {
    clearTimeout(this.timer);
    if (!this.isOver) this.timer = setTimeout(() => this.expire(what, ms), ms);
  }

  private expire(what: string, ms: number): void {
    this.stop();
    this.controller.abort(new ModelTimeout(what, ms));
  }
}

/** Watches over the whole time of an answer, whatever models and tools take of it. */
export class TotalWatch {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(ms: number) {
    this.timer = setTimeout(() => this.controller.abort(new ModelTimeout('the answer', ms)), ms);
  }

  /** Fires with a ModelTimeout. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
