import { useCallback, useDeferredValue, useEffect, useState } from 'react';
import { asClientError } from '@parley/client';
import type { ConversationList, ConversationSummary } from '@parley/protocol';
import { useServices } from '../app/services';
import { useSaid } from '../ui/announcer';
import { Loading, Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { useLoaded } from '../ui/use-loaded';
import { ConversationRow } from './conversation-row';

/** All conversations: to find, rename, keep as a file, and delete. */
export default function ConversationsPage({ onChange }: { onChange: () => void }) {
  const { chat } = useServices();
  usePageTitle('Conversations');
  const [query, setQuery] = useState('');
  const q = useDeferredValue(useSettled(query.trim()));
  const [list, reload] = useLoaded(
    useCallback((signal: AbortSignal) => chat.list({ limit: 50, q: q === '' ? undefined : q, signal }), [chat, q]),
  );
  const changed = (): void => {
    reload();
    onChange();
  };
  return (
    <div className="page">
      <h1>Conversations</h1>
      <label className="field search-field">
        <span className="visually-hidden">Search your conversations by title</span>
        <input
          type="search"
          placeholder="Search by title"
          maxLength={200}
          value={query}
          onChange={({ target }) => setQuery(target.value)}
        />
      </label>
      {list.state === 'loading' && <Loading label="Loading conversations" />}
      {list.state === 'failed' && <Notice action={{ label: 'Try again', run: reload }}>{list.error.message}</Notice>}
      {list.state === 'loaded' && (
        <Found key={`${q} ${list.value.next ?? ''}`} page={list.value} query={q} onChange={changed} />
      )}
    </div>
  );
}

interface FoundProps {
  page: ConversationList;
  query: string;
  onChange: () => void;
}

function Found({ page, query, onChange }: FoundProps) {
  const { chat } = useServices();
  const [older, setOlder] = useState<ConversationList>({ items: [], next: page.next });
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const [failure, setFailure] = useState<string>();
  const loadOlder = async (): Promise<void> => {
    try {
      const more = await chat.list({ limit: 50, cursor: older.next, q: query === '' ? undefined : query });
      setOlder({ items: [...older.items, ...more.items], next: more.next });
      setFailure(undefined);
    } catch (error) {
      setFailure(asClientError(error).message);
    }
  };
  const deleted = (item: ConversationSummary): void => {
    setGone(new Set([...gone, item.id]));
    onChange();
  };
  const known = new Set(page.items.map(({ id }) => id));
  const items = [...page.items, ...older.items.filter(({ id }) => !known.has(id))].filter(({ id }) => !gone.has(id));
  useSaid(items.length === 0 ? 'None found' : items.length === 1 ? '1 conversation' : `${items.length} conversations`);
  return (
    <>
      {items.length === 0 && (
        <p className="page-empty">
          {query === '' ? 'Nothing has been said or written yet.' : 'No conversation has that in its title.'}
        </p>
      )}
      <ul className="rows" tabIndex={-1} aria-label="Conversations found">
        {items.map((item) => (
          <ConversationRow key={item.id} item={item} onRenamed={onChange} onDeleted={() => deleted(item)} />
        ))}
      </ul>
      {failure !== undefined && <Notice>{failure}</Notice>}
      {older.next !== undefined && (
        <button type="button" className="button" onClick={() => void loadOlder()}>
          Show older ones
        </button>
      )}
    </>
  );
}

/** The value once it has not changed for a moment: a search for each key would be a waste. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), 250);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
