/** Those who wait for the next thing to happen. */
export class Waiters {
  private readonly waiting = new Set<() => void>();

  /** Resolves at the next `wake`, or when the signal aborts. */
  next(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  wake(): void {
    for (const resolve of [...this.waiting]) resolve();
  }
}
