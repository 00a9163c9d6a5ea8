import { useCallback, useState } from 'react';
import { asClientError } from '@parley/client';
import { useLoaded, type Loaded } from './use-loaded';

interface Page<T> {
  items: T[];
  next?: string | undefined;
}
type Load<T> = (cursor: string | undefined, signal?: AbortSignal) => Promise<Page<T>>;

interface Pages<T> {
  loaded: Loaded<Page<T>>;
  /** Everything that was read so far, and where more is. */
  items: T[];
  more?: () => void;
  failure?: string;
  reload: () => void;
}

/** A list that is read page by page, newest first. `load` has to be stable; a reload begins anew. */
export function usePages<T>(load: Load<T>): Pages<T> {
  const [loaded, reload] = useLoaded(useCallback((signal: AbortSignal) => load(undefined, signal), [load]));
  const first = loaded.state === 'loaded' ? loaded.value : undefined;
  const [older, setOlder] = useState<{ after?: Page<T>; pages: Page<T>[] }>({ pages: [] });
  const [failure, setFailure] = useState<string>();
  // What was read behind another first page may be in the new one.
  const pages = first === undefined ? [] : [first, ...(older.after === first ? older.pages : [])];
  const next = pages.at(-1)?.next;
  const more = (): void => {
    setFailure(undefined);
    load(next).then(
      (page) => setOlder({ after: first, pages: [...pages.slice(1), page] }),
      (error: unknown) => setFailure(asClientError(error).message),
    );
  };
  return {
    loaded,
    items: pages.flatMap(({ items }) => items),
    reload,
    ...(next === undefined ? {} : { more }),
    ...(failure === undefined ? {} : { failure }),
  };
}
