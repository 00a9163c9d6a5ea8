import { useEffect, useRef, useState } from 'react';

interface ResumeOptions {
  /** The last question has no answer in the log: one may be on its way. */
  wanted: boolean;
  /** The line to an answer broke. */
  isDisconnected: boolean;
  resume: () => Promise<void>;
  /** Nothing was on its way (any more). */
  onNothing: () => Promise<void>;
}

/**
 * Joins an answer that is being written elsewhere when the page opens, and again when a broken line may be back. This is
 * `resume` of `useChat` with its end known: while that one asks, it says `ready`, and its late "nothing there" would end
 * the state of a question that was sent meanwhile. True while it asks.
 */
export function useResume({ wanted, isDisconnected, resume, onNothing }: ResumeOptions): boolean {
  const [isAsking, setAsking] = useState(wanted);
  const latest = useRef({ resume, onNothing });
  useEffect(() => void (latest.current = { resume, onNothing }));

  useEffect(() => {
    if (!wanted) return;
    let isHere = true;
    void latest.current
      .resume()
      .then(() => (isHere ? latest.current.onNothing() : undefined))
      .catch(() => undefined) // the chat's own error says it
      .finally(() => isHere && setAsking(false));
    return () => void (isHere = false);
    // Once, with the log that the page opened with.
  }, []); // eslint-disable-line react-hooks/exhaustive-deps

  useEffect(() => {
    if (!isDisconnected) return;
    const again = (): void => void (document.visibilityState === 'visible' && latest.current.resume());
    addEventListener('online', again);
    document.addEventListener('visibilitychange', again);
    return () => {
      removeEventListener('online', again);
      document.removeEventListener('visibilitychange', again);
    };
  }, [isDisconnected]);

  return isAsking;
}
