/** Time as the simulator needs it: it never looks at the machine's clock itself. */
export interface SimClock {
  /** Milliseconds since an arbitrary moment. */
  now(): number;
  /** Calls back once after `ms`; the returned function takes it back. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: SimClock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves to true after `ms`, or to false as soon as `signal` is aborted. Never rejects. */
export function sleep(clock: SimClock, ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(false);
    const onAbort = () => {
      takeBack();
      resolve(false);
    };
    const takeBack = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve(true);
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

interface Alarm {
  at: number;
  callback: () => void;
}

/** A clock that stands still until it is advanced: for tests of eight minutes that last none. */
export class ManualClock implements SimClock {
  private time = 0;
  private alarms: Alarm[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): () => void {
    const alarm = { at: this.time + Math.max(0, ms), callback };
    this.alarms.push(alarm);
    return () => void (this.alarms = this.alarms.filter((other) => other !== alarm));
  }

  /** How many alarms are set: a test can wait for the one it means to ring. */
  get pending(): number {
    return this.alarms.length;
  }

  /** Lets `ms` pass. Alarms ring in order, and what each of them sets off (promises, sockets) runs before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.time + ms;
    await settle();
    for (let next = this.nextAlarm(until); next; next = this.nextAlarm(until)) {
      this.time = next.at;
      this.alarms = this.alarms.filter((other) => other !== next);
      next.callback();
      await settle();
    }
    this.time = until;
  }

  private nextAlarm(until: number): Alarm | undefined {
    return this.alarms.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  }
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
