import { useCallback } from 'react';
import { Link } from 'wouter';
import type { RoomDirectory } from '@parley/client';
import type { ConversationSummary } from '@parley/protocol';
import { titleOf } from '../list/title';
import { whenOf } from '../list/when';
import { More } from '../ui/more';
import { Loading, Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { usePages } from '../ui/use-pages';
import { NewRoom } from './new-room';
import { lastWords } from './room-words';

/** The rooms one is in, and a new one. */
export function RoomList({ directory }: { directory: RoomDirectory }) {
  usePageTitle('Rooms');
  const pages = usePages<ConversationSummary>(
    useCallback((cursor, signal) => directory.list({ cursor, signal }), [directory]),
  );
  const { loaded, items, reload } = pages;
  return (
    <div className="page">
      <h1>Rooms</h1>
      <p className="page-lead">Several people and, if you like, an assistant in one conversation.</p>
      <NewRoom directory={directory} />
      {loaded.state === 'loading' && <Loading label="Loading rooms" />}
      {loaded.state === 'failed' && (
        <Notice action={{ label: 'Try again', run: reload }}>{loaded.error.message}</Notice>
      )}
      {loaded.state === 'loaded' && items.length === 0 && (
        <p className="page-empty">You are in no room yet. Open one, or follow an invitation.</p>
      )}
      <ul className="rows">
        {items.map((room) => (
          <li key={room.id} className="row">
            <Link className="row-link" href={`/rooms/${room.id}`}>
              <span className="row-title">{titleOf(room)}</span>
              {room.unread > 0 && <span className="row-unread">{room.unread} new</span>}
              <span className="row-when">{whenOf(room.updatedAt)}</span>
              {room.lastMessage !== undefined && <span className="row-text">{lastWords(room)}</span>}
            </Link>
          </li>
        ))}
      </ul>
      <More pages={pages} label="Show more" />
    </div>
  );
}
