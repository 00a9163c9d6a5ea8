import { useEffect, useState } from 'react';
import { RoomClient, type RoomClientOptions } from '../rooms/room-client';

/**
 * The connection of a page's rooms, open as long as the component is there; undefined only in the first render. Opened in
 * an effect, since a closed client stays closed and React may run effects twice. `options` have to be stable.
 */
export function useRoomClient(options: RoomClientOptions): RoomClient | undefined {
  const [client, setClient] = useState<RoomClient>();
  useEffect(() => {
    const made = new RoomClient(options);
    made.open();
    setClient(made);
    return () => made.close();
  }, [options]);
  return client;
}
