/** Named events with typed bodies. A listener that throws does not keep the others from hearing. */
export class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<(body: never) => void>>();

  /** Returns what ends the listening. */
  on<N extends keyof Events>(name: N, listener: (body: Events[N]) => void): () => void {
    const set = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, set.add(listener));
    return () => set.delete(listener);
  }

  emit<N extends keyof Events>(name: N, body: Events[N]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      try {
        (listener as (body: Events[N]) => void)(body);
      } catch (error) {
        reportError(error);
      }
    }
  }
}

/** As an uncaught error of the page, where its own reporting sees it. */
function reportError(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
