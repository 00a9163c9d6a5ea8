import { useCallback, useState, type FormEvent } from 'react';
import { Link, useLocation } from 'wouter';
import { asClientError, type RoomDirectory } from '@parley/client';
import { LIMITS } from '@parley/protocol';
import { titleOf } from '../list/title';
import { whenOf } from '../list/when';
import { Loading, Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { useLoaded } from '../ui/use-loaded';

/** The rooms one is in, and a new one. */
export function RoomList({ directory }: { directory: RoomDirectory }) {
  usePageTitle('Rooms');
  const [list, reload] = useLoaded(useCallback((signal: AbortSignal) => directory.list({ signal }), [directory]));
  return (
    <div className="page">
      <h1>Rooms</h1>
      <p className="page-lead">Several people and, if you like, an assistant in one conversation.</p>
      <NewRoom directory={directory} />
      {list.state === 'loading' && <Loading label="Loading rooms" />}
      {list.state === 'failed' && <Notice action={{ label: 'Try again', run: reload }}>{list.error.message}</Notice>}
      {list.state === 'loaded' && list.value.items.length === 0 && (
        <p className="page-empty">You are in no room yet. Open one, or follow an invitation.</p>
      )}
      {list.state === 'loaded' && (
        <ul className="rows">
          {list.value.items.map((room) => (
            <li key={room.id} className="row">
              <Link className="row-link" href={`/rooms/${room.id}`}>
                <span className="row-title">{titleOf(room)}</span>
                {room.unread > 0 && <span className="row-unread">{room.unread} new</span>}
                <span className="row-when">{whenOf(room.updatedAt)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function NewRoom({ directory }: { directory: RoomDirectory }) {
  const [, navigate] = useLocation();
  const [title, setTitle] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const create = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      const { id } = await directory.create({ title: title.trim(), open: isOpen });
      navigate(`/rooms/${id}`);
    } catch (error) {
      setFailure(asClientError(error).message);
      setBusy(false);
    }
  };
  return (
    <form className="card new-room" onSubmit={(event) => void create(event)}>
      <label className="field">
        <span className="field-label">Title of a new room</span>
        <input maxLength={LIMITS.titleCharacters} value={title} onChange={({ target }) => setTitle(target.value)} />
      </label>
      <label className="choice">
        <input type="checkbox" checked={isOpen} onChange={({ target }) => setOpen(target.checked)} />
        Everybody who is signed in may join
      </label>
      <button type="submit" className="button button-primary" disabled={isBusy || title.trim() === ''}>
        Open the room
      </button>
      {failure !== undefined && <Notice>{failure}</Notice>}
    </form>
  );
}
