import { useSyncExternalStore } from 'react';
import type { Observable } from '../core/observable';

/** The present value of an observable of this library, rendered anew when it changes. */
export function useObservable<T>(source: Observable<T>): T {
  return useSyncExternalStore(source.subscribe, source.get, source.get);
}

const never: Observable<undefined> = { subscribe: () => () => undefined, get: () => undefined };

/** The same for one that may not be there. */
export function useMaybe<T>(source: Observable<T> | undefined): T | undefined {
  return useObservable<T | undefined>((source as Observable<T | undefined> | undefined) ?? never);
}
