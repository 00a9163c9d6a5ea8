/** A timer that starts anew with each sign of life, and asks before it ends a wait. */
export class Patience {
  private timer: NodeJS.Timeout | undefined;

  /** @param waiting `isExcused` is asked at the end of each wait: true begins another */
  constructor(
    private readonly ms: number,
    private readonly waiting: { isExcused?: () => boolean; onEnd: () => void },
  ) {
    this.start();
  }

  renew(): void {
    this.timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private start(): void {
    this.timer = setTimeout(() => {
      if (this.waiting.isExcused?.() === true) return this.start();
      this.timer = undefined;
      this.waiting.onEnd();
    }, this.ms);
  }
}
