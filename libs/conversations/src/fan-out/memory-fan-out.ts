import type { FanOut, FanOutListener } from './fan-out';
import { Listeners } from './listeners';

/** Reaches this process alone: for a service of one replica, and for tests. Nothing interrupts it. */
export class MemoryFanOut implements FanOut {
  private readonly listeners: Listeners;

  constructor(report: (what: string, cause: unknown) => void = () => undefined) {
    this.listeners = new Listeners(report);
  }

  publish(topic: string, payload: string): void {
    this.listeners.message(topic, payload);
  }

  subscribe(topic: string, listener: FanOutListener): () => void {
    // An object of its own: who subscribes twice with the same one ends one subscription at a time.
    const own: FanOutListener = { message: (payload) => listener.message(payload), gap: () => listener.gap() };
    this.listeners.add(topic, own);
    this.listeners.gapSoon(topic, own);
    return () => void this.listeners.remove(topic, own);
  }
}
