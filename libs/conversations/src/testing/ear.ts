import type { FanOut } from '../fan-out/fan-out';

/** A subscriber that keeps what it hears, to wait for. */
export class Ear {
  readonly heard: string[] = [];
  gaps = 0;
  private readonly waiting = new Set<() => void>();
  readonly close: () => void;

  constructor(fanOut: FanOut, topic: string) {
    const wake = () => this.waiting.forEach((check) => check());
    this.close = fanOut.subscribe(topic, {
      message: (payload) => {
        this.heard.push(payload);
        wake();
      },
      gap: () => {
        this.gaps += 1;
        wake();
      },
    });
  }

  /** One that other processes reach already. */
  static async on(fanOut: FanOut, topic: string): Promise<Ear> {
    const ear = new Ear(fanOut, topic);
    await ear.gap(1);
    return ear;
  }

  /** All that was heard, once this message is the last. */
  async until(message: string): Promise<string[]> {
    await this.wait(() => this.heard.at(-1) === message);
    return this.heard;
  }

  /** Resolves when so many gaps were told. */
  gap(count: number): Promise<void> {
    return this.wait(() => this.gaps >= count);
  }

  private wait(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
      check();
    });
  }
}
