import { useState } from 'react';
import { Link } from 'wouter';
import { asClientError } from '@parley/client';
import type { ConversationList as Page } from '@parley/protocol';
import { useServices } from '../app/services';
import { Loading, Notice } from '../ui/notice';
import type { Loaded } from '../ui/use-loaded';
import { titleOf } from './title';
import { whenOf } from './when';

interface ConversationListProps {
  list: Loaded<Page>;
  reload: () => void;
  currentId?: string;
  onChoose: () => void;
}

export function ConversationList({ list, reload, currentId, onChoose }: ConversationListProps) {
  if (list.state === 'loading') return <Loading label="Loading conversations" />;
  if (list.state === 'failed') {
    return (
      <Notice action={{ label: 'Try again', run: reload }} testId="list-error">
        {list.error.message}
      </Notice>
    );
  }
  if (list.value.items.length === 0) {
    return (
      <p className="list-empty" data-testid="list-empty">
        No conversations yet. What you say or write here is kept in this list.
      </p>
    );
  }
  return <Items key={list.value.next ?? 'all'} page={list.value} currentId={currentId} onChoose={onChoose} />;
}

function Items({ page, currentId, onChoose }: { page: Page; currentId?: string; onChoose: () => void }) {
  const { chat } = useServices();
  const [older, setOlder] = useState<Page>({ items: [], next: page.next });
  const [failure, setFailure] = useState<string>();
  const loadOlder = async (): Promise<void> => {
    try {
      const more = await chat.list({ limit: 50, cursor: older.next });
      setOlder({ items: [...older.items, ...more.items], next: more.next });
      setFailure(undefined);
    } catch (error) {
      setFailure(asClientError(error).message);
    }
  };
  const known = new Set(page.items.map(({ id }) => id));
  return (
    <div className="list">
      <ul className="list-items" data-testid="conversation-list">
        {[...page.items, ...older.items.filter(({ id }) => !known.has(id))].map((item) => (
          <li key={item.id}>
            <Link
              href={`/c/${item.id}`}
              className="list-link"
              data-testid="conversation-link"
              aria-current={item.id === currentId ? 'page' : undefined}
              onClick={onChoose}
            >
              <span className="list-title">{titleOf(item)}</span>
              <span className="list-when">{whenOf(item.updatedAt)}</span>
            </Link>
          </li>
        ))}
      </ul>
      {failure !== undefined && <Notice>{failure}</Notice>}
      {older.next !== undefined && (
        <button type="button" className="button button-plain list-more" onClick={() => void loadOlder()}>
          Show older ones
        </button>
      )}
    </div>
  );
}
