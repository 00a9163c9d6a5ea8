import { foldEntries, type ConversationStore } from '@parley/conversations';
import { LIMITS, isTextPart, type Conversation, type Entry, type Message, type Part } from '@parley/protocol';

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
    // What was said before a tool and after it are paragraphs of their own.
    const texts = parts.filter(isTextPart).map(({ text }) => text.trim());
    const text = texts.join('\n\n').trim().replace(/^/gm, '> ');
    const sources = parts.flatMap(sourceOf);
    const named = sources.length === 0 ? '' : `\nSources: ${sources.join(' · ')}\n`;
    const how = callId === undefined ? '' : typed ? ' · typed in a call' : ' · spoken';
    return `**${oneLine(author.name)}** · ${at}${how}${interrupted === true ? ' · broken off' : ''}\n\n${text}\n${named}`;
  });
  return [`# ${oneLine(title)}\n\nBegun ${createdAt}\n`, ...blocks].join('\n');
}

/** A document that an answer's facts come from, as a link where it can be followed. */
function sourceOf(part: Part): string[] {
  if (part.type !== 'source-url' && part.type !== 'source-document') return [];
  const { title, url } = part as { title?: string; url?: string };
  const name = oneLine(title ?? url ?? '');
  return [url !== undefined && /^https?:/i.test(url) ? `[${name}](<${encodeURI(url)}>)` : name];
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
