import type { ChatClient } from '@parley/client';
import type { Conversation, Entry } from '@parley/protocol';

/** What the page has of a conversation's log: a stretch of it, from `first` to its end when it was read. */
export interface Log {
  entries: readonly Entry[];
  hasEarlier: boolean;
  conversation?: Conversation;
}
type Reader = Pick<ChatClient, 'messages' | 'get'>;

const PAGE = 100;
export const emptyLog: Log = { entries: [], hasEarlier: false };

/** The end of the log, and the conversation itself. */
export async function readLog(chat: Reader, id: string, signal: AbortSignal): Promise<Log> {
  const [conversation, page] = await Promise.all([
    chat.get(id, { signal }),
    chat.messages(id, { limit: PAGE, signal }),
  ]);
  return { entries: page.items, hasEarlier: (page.items[0]?.seq ?? 0) > page.first, conversation };
}

/** The same log with what came before it. */
export async function readEarlier(chat: Reader, id: string, log: Log): Promise<Log> {
  const page = await chat.messages(id, { limit: PAGE, before: log.entries[0]?.seq });
  const entries = [...page.items, ...log.entries];
  return { ...log, entries, hasEarlier: page.items.length > 0 && (page.items[0]?.seq ?? 0) > page.first };
}

/** The same log with what came after it. */
export async function readLater(chat: Reader, id: string, log: Log): Promise<Log> {
  let entries = log.entries;
  for (;;) {
    const page = await chat.messages(id, { limit: PAGE, after: entries.at(-1)?.seq ?? 0 });
    entries = [...entries, ...page.items];
    if (page.items.length === 0 || (entries.at(-1)?.seq ?? 0) >= page.head) return { ...log, entries };
  }
}
