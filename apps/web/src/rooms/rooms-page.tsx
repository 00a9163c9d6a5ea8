import { useMemo } from 'react';
import { RoomDirectory } from '@parley/client';
import { useRoomClient } from '@parley/client/react';
import { useServices } from '../app/services';
import { Loading } from '../ui/notice';
import { RoomList } from './room-list';
import { RoomView } from './room-view';

/** Rooms: those one is in, and one of them. One connection serves them all while this page is open. */
export default function RoomsPage({ roomId }: { roomId?: string }) {
  const { session, baseUrl } = useServices();
  const options = useMemo(() => ({ tokenSource: session, baseUrl }), [session, baseUrl]);
  const directory = useMemo(() => new RoomDirectory(options), [options]);
  const client = useRoomClient(options);
  if (roomId === undefined) return <RoomList directory={directory} />;
  if (client === undefined) return <Loading label="Connecting" />;
  return <RoomView key={roomId} client={client} directory={directory} roomId={roomId} />;
}
