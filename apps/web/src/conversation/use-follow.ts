import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';

/** Nearer than this to the end counts as reading the end. */
const NEAR_PX = 120;

/** Keeps the end of a scrolling element in view as it grows, unless the person has scrolled up to read. */
export function useFollow(grown: readonly unknown[]): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    const box = element.current;
    if (box === null) return;
    const onScroll = (): void => {
      follows.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    };
    box.addEventListener('scroll', onScroll, { passive: true });
    return () => box.removeEventListener('scroll', onScroll);
  }, []);
  useLayoutEffect(() => {
    const box = element.current;
    if (box !== null && follows.current) box.scrollTop = box.scrollHeight;
  }, grown); // eslint-disable-line react-hooks/exhaustive-deps
  return element;
}
