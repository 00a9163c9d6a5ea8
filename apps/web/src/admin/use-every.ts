import { useEffect } from 'react';

/** Calls `tick` again and again while the page is looked at and `isOn`. */
export function useEvery(ms: number, isOn: boolean, tick: () => void): void {
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') tick();
    }, ms);
    return () => clearInterval(timer);
  }, [ms, isOn, tick]);
}
