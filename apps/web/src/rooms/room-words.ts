import type { Person, RoomConnection } from '@parley/client';
import { textOf, type ConversationSummary } from '@parley/protocol';

/** What a person should know of the connection; nothing while all is well. */
export function connectionWords(state: RoomConnection): string | undefined {
  switch (state.name) {
    case 'idle':
    case 'connecting':
      return state.name === 'connecting' && state.error !== undefined
        ? `${state.error.message} Trying again…`
        : 'Connecting…';
    case 'online':
      return undefined;
    case 'reconnecting':
      return state.isOffline
        ? 'You are offline. What you write is sent when you are back.'
        : 'Reconnecting… What you write is sent then.';
    case 'closed':
      return state.reason === 'replaced' ? 'This room is open in a newer window.' : 'The connection was closed.';
    case 'failed':
      return state.error.message;
  }
}

/** What was said last in a room, in a line of a list; nothing while nothing was. */
export function lastWords({ lastMessage: last }: ConversationSummary): string | undefined {
  if (last?.type !== 'message') return undefined;
  return last.hidden === true ? 'A message from somebody you blocked' : `${last.author.name}: ${textOf(last.parts)}`;
}

export function typingWords(people: readonly Person[]): string {
  const [first, second, ...more] = people.map(({ name }) => name);
  if (first === undefined) return '';
  if (second === undefined) return `${first} is typing…`;
  return more.length === 0 ? `${first} and ${second} are typing…` : `${first}, ${second} and others are typing…`;
}
