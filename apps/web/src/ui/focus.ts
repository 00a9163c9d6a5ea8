import { useLayoutEffect, useRef, type RefObject } from 'react';

/** No control has the focus: what had it went away, or a part of the page as a whole holds it. */
const isNowhere = (): boolean =>
  document.activeElement === null ||
  document.activeElement === document.body ||
  document.activeElement.getAttribute('tabindex') === '-1';

/**
 * Where something goes away with the focus in it, the focus stays near: it goes to the part of the page around it that can
 * have it (`tabIndex={-1}`). For all that is not handed on by the hooks below. Returns what ends it.
 */
export function keepFocus(root: Element): () => void {
  let around: Element[] = [];
  const onFocus = ({ target }: Event): void => {
    around = [];
    for (let one = target as Element | null; one !== null; one = one.parentElement) around.push(one);
  };
  const observer = new MutationObserver(() => {
    if (document.activeElement !== document.body || around[0]?.isConnected !== false) return;
    const part = around.find((one) => one.isConnected && one.hasAttribute('tabindex')) as HTMLElement | undefined;
    part?.focus({ preventScroll: true });
  });
  document.addEventListener('focusin', onFocus);
  observer.observe(root, { childList: true, subtree: true });
  return () => {
    document.removeEventListener('focusin', onFocus);
    observer.disconnect();
  };
}

/** For the button that opens something in its own place: when that is closed, the button has the focus again. */
export function useReturnedFocus<T extends HTMLElement>(isOpen: boolean): RefObject<T | null> {
  const opener = useRef<T>(null);
  const wasOpen = useRef(isOpen);
  useLayoutEffect(() => {
    if (wasOpen.current && !isOpen && isNowhere()) opener.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return opener;
}

/** For what appears in the place of what had the focus. */
export function useTakenFocus<T extends HTMLElement>(isShown: boolean): RefObject<T | null> {
  const taker = useRef<T>(null);
  useLayoutEffect(() => {
    if (isShown && isNowhere()) taker.current?.focus();
  }, [isShown]);
  return taker;
}

/** Before an item of a list goes away: if it has the focus, the next one gets it, or the one before, or the list. */
export function passFocusOn(item: HTMLElement | null): void {
  if (item === null || !item.contains(document.activeElement)) return;
  const near = item.nextElementSibling ?? item.previousElementSibling;
  (near?.querySelector<HTMLElement>('a, button') ?? item.parentElement)?.focus();
}
