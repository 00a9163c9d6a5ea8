import { useSyncExternalStore } from 'react';
import type { Observable } from '@parley/client';

/** The present value of an observable of the client library, rendered anew when it changes. */
export function useObservable<T>(source: Observable<T>): T {
  return useSyncExternalStore(source.subscribe, source.get, source.get);
}

const never = { subscribe: () => () => undefined, get: () => undefined };

/** The same for one that may not be there. */
export function useMaybe<T>(source: Observable<T> | undefined): T | undefined {
  const { subscribe, get } = (source ?? never) as Observable<T | undefined>;
  return useSyncExternalStore(subscribe, get, get);
}
