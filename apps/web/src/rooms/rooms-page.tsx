import { useEffect, useMemo, useState } from 'react';
import { RoomClient, RoomDirectory } from '@parley/client';
import { useServices } from '../app/services';
import { Loading } from '../ui/notice';
import { RoomList } from './room-list';
import { RoomView } from './room-view';

/** Rooms: those one is in, and one of them. One connection serves them all while this page is open. */
export default function RoomsPage({ roomId }: { roomId?: string }) {
  const { session, baseUrl } = useServices();
  const directory = useMemo(() => new RoomDirectory({ tokenSource: session, baseUrl }), [session, baseUrl]);
  const [client, setClient] = useState<RoomClient>();
  useEffect(() => {
    const made = new RoomClient({ tokenSource: session, baseUrl });
    made.open();
    setClient(made);
    return () => made.close();
  }, [session, baseUrl]);
  if (roomId === undefined) return <RoomList directory={directory} />;
  if (client === undefined) return <Loading label="Connecting" />;
  return <RoomView key={roomId} client={client} directory={directory} roomId={roomId} />;
}
