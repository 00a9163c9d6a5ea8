import type { ConversationStore, Blocks } from '@parley/conversations';
import type { Entry } from '@parley/protocol';

/** An entry as somebody reads it who blocks these people: what they said is left out, its place in the log stays. */
export function hiddenFrom<E extends Entry>(blocked: ReadonlySet<string>, entry: E): E {
  if (!blocked.has(entry.author.id) || !('parts' in entry)) return entry;
  return { ...entry, parts: [], hidden: true };
}

const NOBODY: ReadonlySet<string> = new Set();

/** The store as its readers see it: without what people said whom they block. */
export function hiding<S extends Pick<ConversationStore, 'page' | 'list'>>(store: S, blocks: Pick<Blocks, 'of'>): S {
  const blockedBy = async (id: string) => (await blocks.of([id])).get(id) ?? NOBODY;
  const seen: Pick<ConversationStore, 'page' | 'list'> = {
    async page(principalId, id, query) {
      if (query.blocked === 'show') return store.page(principalId, id, query);
      const [page, blocked] = await Promise.all([store.page(principalId, id, query), blockedBy(principalId)]);
      return blocked.size === 0 ? page : { ...page, items: page.items.map((entry) => hiddenFrom(blocked, entry)) };
    },
    async list(principalId, query) {
      const [list, blocked] = await Promise.all([store.list(principalId, query), blockedBy(principalId)]);
      if (blocked.size === 0) return list;
      const items = list.items.map((line) =>
        line.lastMessage === undefined ? line : { ...line, lastMessage: hiddenFrom(blocked, line.lastMessage) },
      );
      return { ...list, items };
    },
  };
  return { ...store, ...seen };
}
