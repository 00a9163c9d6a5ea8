import { textOf, type Entry } from '@parley/protocol';
import type { ConversationStore, ConversationUpkeep } from '../domain/conversation-store';
import type { OpenConversations, Rooms } from '../domain/rooms';

export type Store = ConversationStore & Rooms & OpenConversations & ConversationUpkeep;

/** A store under test: `replica` is the same store as another process sees it. */
export interface Subject {
  store: Store;
  replica: () => Store;
  /** Lets time pass on the store's clock. */
  pass: (ms: number) => void;
}

/** What entries say: the text of their parts, or their type where they have none. */
export const textsOf = (entries: readonly Entry[]): string[] =>
  entries.map((entry) => ('parts' in entry ? textOf(entry.parts) : entry.type));
export const seqs = (entries: readonly Entry[]): number[] => entries.map(({ seq }) => seq);
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

export const NOT_FOUND = { code: 'conversation_not_found' };
