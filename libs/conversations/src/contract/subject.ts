import { textOf, type Entry } from '@parley/protocol';
import type { ConversationStore, ConversationUpkeep } from '../domain/conversation-store';

export type Store = ConversationStore & ConversationUpkeep;

/** A store under test: `replica` is the same store as another process sees it. */
export interface Subject {
  store: Store;
  replica: () => Store;
}

/** What entries say: the text of their parts, or their type where they have none. */
export const textsOf = (entries: readonly Entry[]): string[] =>
  entries.map((entry) => ('parts' in entry ? textOf(entry.parts) : entry.type));
export const seqs = (entries: readonly Entry[]): number[] => entries.map(({ seq }) => seq);
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

export const NOT_FOUND = { code: 'conversation_not_found' };
