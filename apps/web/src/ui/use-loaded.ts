import { useCallback, useEffect, useState } from 'react';
import { asClientError, type ClientError } from '@parley/client';

export type Loaded<T> = { state: 'loading' } | { state: 'failed'; error: ClientError } | { state: 'loaded'; value: T };

/**
 * Loads something when the component appears; `load` has to be stable. `reload` shows nothing while it runs if something is
 * there already, so that a refreshed list does not blink.
 */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>): [Loaded<T>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const cancel = new AbortController();
    load(cancel.signal).then(
      (value) => !cancel.signal.aborted && setLoaded({ state: 'loaded', value }),
      (error: unknown) => !cancel.signal.aborted && setLoaded({ state: 'failed', error: asClientError(error) }),
    );
    return () => cancel.abort();
  }, [load, round]);
  const reload = useCallback(() => {
    setLoaded((now) => (now.state === 'failed' ? { state: 'loading' } : now));
    setRound((n) => n + 1);
  }, []);
  return [loaded, reload];
}
