import { createContext, useCallback, useContext, useEffect, useState, type ReactNode } from 'react';

/** Readers have taken a text by then; what stayed would be met again by whoever reads on with the cursor. */
const STAYS_MS = 7_000;

const Context = createContext<(text: string) => void>(() => undefined);
let count = 0;

/**
 * What is said to those who listen to the page. One region that is there from the beginning: readers often miss the first
 * words of a region that comes with them.
 */
export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState<readonly { id: number; text: string }[]>([]);
  const say = useCallback((text: string) => {
    const id = (count += 1);
    // What two places know at once is said once.
    setSaid((all) => (all.at(-1)?.text === text ? all : [...all, { id, text }]));
    setTimeout(() => setSaid((all) => all.filter((one) => one.id !== id)), STAYS_MS);
  }, []);
  return (
    <Context value={say}>
      {children}
      <div className="visually-hidden" aria-live="polite" aria-relevant="additions" data-testid="announcer">
        {said.map(({ id, text }) => (
          <p key={id}>{text}</p>
        ))}
      </div>
    </Context>
  );
}

/** Says something once, when what is being said is over. */
export const useSay = (): ((text: string) => void) => useContext(Context);

/** Says a text whenever it becomes another one; nothing while there is none. */
export function useSaid(text: string | undefined): void {
  const say = useSay();
  useEffect(() => {
    if (text !== undefined && text !== '') say(text);
  }, [say, text]);
}
