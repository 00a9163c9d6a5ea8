import { foldEntries, type ConversationStore } from '@parley/conversations';
import { LIMITS, textOf, type Conversation, type Entry, type Message } from '@parley/protocol';

/** Everything that was said in a conversation, as it reads today; what is hidden from this reader is left out. */
export async function readAll(
  store: Pick<ConversationStore, 'page'>,
  principalId: string,
  conversationId: string,
): Promise<Message[]> {
  const entries: Entry[] = [];
  for (;;) {
    const after = entries.at(-1)?.seq ?? 0;
    const { items } = await store.page(principalId, conversationId, { after, limit: LIMITS.pageMax });
    if (items.length === 0) return foldEntries(entries).filter(({ hidden }) => hidden !== true);
    entries.push(...items);
  }
}

/**
 * A conversation for people to keep. Each message is a quotation under its author's name, so that nothing in one can pass
 * for another.
 */
export function markdownOf({ title, createdAt }: Conversation, messages: readonly Message[]): string {
  const blocks = messages.map(({ author, createdAt: at, parts, callId, typed, interrupted }) => {
    const text = textOf(parts).trim().replace(/^/gm, '> ');
    const how = callId === undefined ? '' : typed ? ' · typed in a call' : ' · spoken';
    return `**${oneLine(author.name)}** · ${at}${how}${interrupted === true ? ' · broken off' : ''}\n\n${text}\n`;
  });
  return [`# ${oneLine(title)}\n\nBegun ${createdAt}\n`, ...blocks].join('\n');
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').replace(/([\\`*_[\]<>#])/g, '\\$1');

/** A file name that every system takes, from a title. */
export const fileNameOf = (title: string): string =>
  title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
    .slice(0, 60) || 'conversation';
