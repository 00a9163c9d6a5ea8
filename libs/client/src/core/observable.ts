/** A value that can be read at any time and watched. Fits React's `useSyncExternalStore` as it is. */
export interface Observable<T> {
  get(): T;
  /** Calls `listener` after each change, not for the present value. Returns what ends it. */
  subscribe(listener: (value: T) => void): () => void;
}

/** The writable side of an Observable; its owner keeps it to itself. */
export class Subject<T> implements Observable<T> {
  private readonly listeners = new Set<(value: T) => void>();

  constructor(private value: T) {}

  // Properties, so that they can be handed on without `bind`.
  readonly get = (): T => this.value;

  readonly subscribe = (listener: (value: T) => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const listener of [...this.listeners]) listener(value);
  }
}

/** Resolves with the first value, the present one included, that `wanted` accepts. */
export function until<T, U extends T>(source: Observable<T>, wanted: (value: T) => value is U): Promise<U>;
export function until<T>(source: Observable<T>, wanted: (value: T) => boolean): Promise<T>;
export function until<T>(source: Observable<T>, wanted: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    if (wanted(source.get())) return resolve(source.get());
    const end = source.subscribe((value) => {
      if (!wanted(value)) return;
      end();
      resolve(value);
    });
  });
}
