import { textOf, type ConversationSummary } from '@parley/protocol';

/** Its title; of one that has none yet, how its last message begins. */
export function titleOf({ title, lastMessage }: Pick<ConversationSummary, 'title' | 'lastMessage'>): string {
  if (title !== '') return title;
  return (lastMessage?.type === 'message' ? textOf(lastMessage.parts).slice(0, 80) : '') || 'Untitled';
}
