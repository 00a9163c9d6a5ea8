import { useState, type ReactNode } from 'react';
import { asClientError } from '@parley/client';
import { Notice } from '../ui/notice';

/** Does something and says what came of it: `done` in words, or why it did not work. */
export function useAct(onDone: () => void): {
  act: (work: () => Promise<void>, done: string) => void;
  said: ReactNode;
} {
  const [said, setSaid] = useState<{ text: string; tone: 'error' | 'quiet' }>();
  const act = (work: () => Promise<void>, done: string): void => {
    setSaid(undefined);
    work().then(
      () => {
        setSaid({ text: done, tone: 'quiet' });
        onDone();
      },
      (error: unknown) => setSaid({ text: asClientError(error).message, tone: 'error' }),
    );
  };
  return { act, said: said === undefined ? null : <Notice tone={said.tone}>{said.text}</Notice> };
}
