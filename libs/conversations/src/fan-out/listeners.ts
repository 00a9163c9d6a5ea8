import type { FanOutListener } from './fan-out';

/** Who listens to what in this process. A listener that throws harms no other. */
export class Listeners {
  private readonly byTopic = new Map<string, Set<FanOutListener>>();

  constructor(private readonly report: (what: string, cause: unknown) => void) {}

  get topics(): string[] {
    return [...this.byTopic.keys()];
  }

  has(topic: string): boolean {
    return this.byTopic.has(topic);
  }

  /** @returns whether it is the first of its topic */
  add(topic: string, listener: FanOutListener): boolean {
    const known = this.byTopic.get(topic);
    known?.add(listener);
    if (!known) this.byTopic.set(topic, new Set([listener]));
    return !known;
  }

  /** @returns whether it was the last of its topic */
  remove(topic: string, listener: FanOutListener): boolean {
    const known = this.byTopic.get(topic);
    if (!known?.delete(listener) || known.size > 0) return false;
    return this.byTopic.delete(topic);
  }

  /** Tells one of them soon, if it still listens then. */
  gapSoon(topic: string, listener: FanOutListener): void {
    queueMicrotask(() => {
      if (this.byTopic.get(topic)?.has(listener)) this.tell(() => listener.gap());
    });
  }

  message(topic: string, payload: string): void {
    this.each(topic, (listener) => listener.message(payload));
  }

  gap(topic: string): void {
    this.each(topic, (listener) => listener.gap());
  }

  private each(topic: string, tell: (listener: FanOutListener) => void): void {
    for (const listener of this.byTopic.get(topic) ?? []) this.tell(() => tell(listener));
  }

  private tell(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.report('a listener of the fan-out failed', error);
    }
  }
}
