import { useLocation } from 'wouter';
import type { ParleyMessage } from '@parley/client';
import { Notice } from '../ui/notice';

/** Whether people were called in one of these answers (`callPeople`). */
export const hasCalledPeople = (messages: readonly ParleyMessage[]): boolean =>
  messages.some(({ parts }) =>
    parts.some((part) => part.type === 'tool-callPeople' && 'state' in part && part.state === 'output-available'),
  );

/** People were called into the conversation: it goes on as a room. */
export function CalledPeople({ id }: { id: string }) {
  const [, navigate] = useLocation();
  return (
    <Notice
      tone="quiet"
      testId="called-people"
      action={{ label: 'Open the room', run: () => navigate(`/rooms/${id}`) }}
    >
      People were called. They read what was said here and answer in the room.
    </Notice>
  );
}
