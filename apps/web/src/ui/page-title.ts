import { useEffect } from 'react';

/** Names the page in its tab and to those who listen. */
export function usePageTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? 'Parley' : `${title} · Parley`;
  }, [title]);
}
