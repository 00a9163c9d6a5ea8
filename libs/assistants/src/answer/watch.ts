import type { TextStreamPart, ToolSet } from 'ai';
import type { AnswerTimeouts } from './answer';
import { ModelTimeout } from './error-code';

/**
 * Watches over the time of one model call after the other. The SDK has timeouts of its own, but it tells them as an `abort`, which a reader
 * takes for a good end, and its first one starts only when the provider has answered with headers.
 */
export class AnswerWatch {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private toolsRunning = 0;

  constructor(private readonly timeouts: Omit<AnswerTimeouts, 'totalMs'>) {
    this.await('the first piece', timeouts.firstChunkMs);
  }

  /** Fires with a ModelTimeout. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** To be told of every part that comes from the model or a tool. */
  see({ type }: TextStreamPart<ToolSet>): void {
    switch (type) {
      case 'tool-call':
        this.toolsRunning += 1;
        break;
      case 'tool-result':
      case 'tool-error':
        this.toolsRunning -= 1;
        break;
      case 'start':
      case 'start-step':
        return;
      case 'finish-step':
        this.await('the first piece', this.timeouts.firstChunkMs);
        return;
      case 'finish':
        this.stop();
        return;
    }
    // A tool has its own time; the model says nothing while one runs.
    if (this.toolsRunning > 0) clearTimeout(this.timer);
    else this.await('the next piece', this.timeouts.chunkMs);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private await(what: string, ms: number): void {
    clearTimeout(this.timer);
    if (!this.signal.aborted) this.timer = setTimeout(() => this.expire(what, ms), ms);
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
