import { useCallback, useEffect, useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { asClientError, type RoomClient, type RoomDirectory } from '@parley/client';
import { useObservable, useRoom } from '@parley/client/react';
import { useServices } from '../app/services';
import { Composer } from '../conversation/composer';
import { useSaid } from '../ui/announcer';
import { Loading, Notice } from '../ui/notice';
import { usePageTitle } from '../ui/page-title';
import { useLoaded } from '../ui/use-loaded';
import { RoomSettings } from './room-settings';
import { RoomThread } from './room-thread';
import { connectionWords, typingWords } from './room-words';

interface RoomViewProps {
  client: RoomClient;
  directory: RoomDirectory;
  roomId: string;
}

/** One room: what was said, who is there, who types; and what the connection does. */
export function RoomView({ client, directory, roomId }: RoomViewProps) {
  const [query] = useSearchParams();
  const invitation = query.get('invitation') ?? undefined;
  const [, navigate] = useLocation();
  const [admission, setAdmission] = useState<'asking' | 'done' | { refused: string }>(
    invitation === undefined ? 'done' : 'asking',
  );
  useEffect(() => {
    if (invitation === undefined) return;
    directory.join(roomId, invitation).then(
      () => {
        setAdmission('done');
        // The invitation is used, and nobody should find it in the history.
        navigate(`/rooms/${roomId}`, { replace: true });
      },
      (error: unknown) => setAdmission({ refused: asClientError(error).message }),
    );
  }, [directory, roomId, invitation, navigate]);
  if (admission === 'asking') return <Loading label="Joining the room" />;
  if (admission !== 'done') return <NoRoom>{admission.refused}</NoRoom>;
  return <JoinedRoom client={client} directory={directory} roomId={roomId} />;
}

function JoinedRoom({ client, directory, roomId }: RoomViewProps) {
  const { chat } = useServices();
  const connection = useObservable(client.state);
  const [about, reloadAbout] = useLoaded(
    useCallback((signal: AbortSignal) => chat.get(roomId, { signal }), [chat, roomId]),
  );
  const { room, state, messages, outgoing, drafts, typing, members } = useRoom(client, roomId);
  const [failure, setFailure] = useState<string>();
  const me = connection.name === 'online' ? connection.me.id : undefined;
  const isOwner = about.state === 'loaded' && about.value.members.some(({ id, role }) => id === me && role === 'owner');
  const last = messages.at(-1)?.metadata?.seq;
  // Seen is what stood on a page that was looked at.
  useEffect(() => {
    if (last !== undefined && document.visibilityState === 'visible') room?.read(last);
  }, [room, last]);

  const attempt = (work: Promise<unknown>): void => {
    setFailure(undefined);
    work.catch((error: unknown) => setFailure(asClientError(error).message));
  };
  const invite = async (): Promise<void> => {
    const { invitation } = await directory.invite(roomId);
    const link = `${location.origin}/rooms/${roomId}?invitation=${encodeURIComponent(invitation)}`;
    await navigator.clipboard.writeText(link);
    setFailure(undefined);
    setInvited(true);
  };
  const [isInvited, setInvited] = useState(false);

  const words = connectionWords(connection);
  useSaid(words);
  useSaid(drafts.length > 0 ? 'An answer is being written' : undefined);
  usePageTitle(about.state === 'loaded' ? about.value.title : 'Room');

  if (state.name === 'removed') return <NoRoom>You were taken out of it, or it was deleted.</NoRoom>;
  if (state.name === 'refused') return <NoRoom>{state.error.message}</NoRoom>;
  if (connection.name === 'failed')
    return <NoRoom title="This room is not open here">{connection.error.message}</NoRoom>;
  return (
    <div className="conversation">
      <header className="room-head">
        <h1>{about.state === 'loaded' ? about.value.title : 'Room'}</h1>
        {isOwner && (
          <button type="button" className="button" onClick={() => attempt(invite())}>
            Copy an invitation
          </button>
        )}
      </header>
      {about.state === 'loaded' && (
        <RoomSettings client={client} directory={directory} room={about.value} me={me} onChange={reloadAbout} />
      )}
      <ul className="people room-people" aria-label="In this room">
        {members.map(({ person, online }) => (
          <li key={person.id} className="person" data-online={online ? '' : undefined}>
            {person.name}
            <span className="visually-hidden">{online ? ' (here)' : ' (away)'}</span>
          </li>
        ))}
      </ul>
      {state.name === 'joining' && messages.length === 0 ? (
        <Loading label="Entering the room" />
      ) : (
        <RoomThread
          roomId={roomId}
          me={me}
          messages={messages}
          outgoing={outgoing}
          drafts={drafts}
          onEarlier={room?.hasEarlier === true ? () => attempt(room.loadEarlier()) : undefined}
          onEdit={(id, text) => room !== undefined && attempt(room.edit(id, text))}
          onDelete={(id) => room !== undefined && attempt(room.remove(id))}
          onForget={(clientId) => room?.forget(clientId)}
        />
      )}
      <div className="dock" tabIndex={-1}>
        <p className="room-status" data-testid="room-status" data-state={connection.name}>
          {words ?? typingWords(typing)}
        </p>
        {isInvited && (
          <Notice tone="quiet" action={{ label: 'Close', run: () => setInvited(false) }}>
            The invitation is in your clipboard. It is good for one person and seven days.
          </Notice>
        )}
        {failure !== undefined && (
          <Notice action={{ label: 'Close', run: () => setFailure(undefined) }}>{failure}</Notice>
        )}
        <Composer
          placeholder="Write to the room"
          isAnswering={false}
          onType={() => room?.keyPressed()}
          onSend={(text) => void room?.send(text).catch(() => undefined)} // stands in the thread with its reason
          onStop={() => undefined}
        />
      </div>
    </div>
  );
}

function NoRoom({ title = 'You are not in this room', children }: { title?: string; children: string }) {
  return (
    <div className="empty" data-testid="no-room">
      <h1>{title}</h1>
      <p>{children}</p>
      <p>
        <Link href="/rooms">All rooms</Link>
      </p>
    </div>
  );
}
