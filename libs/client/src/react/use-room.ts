import { useEffect, useMemo, useState } from 'react';
import { toUiMessages, type ParleyMessage } from '../chat/ui-messages';
import type { Draft } from '../rooms/drafts';
import type { Outgoing } from '../rooms/outbox';
import type { Room, RoomMember, RoomState } from '../rooms/room';
import type { RoomClient } from '../rooms/room-client';
import type { Person } from '../rooms/room-wire';
import { useMaybe } from './use-observable';

export interface RoomHook {
  /** To send, edit, read on and so on; undefined only in the first render. */
  room?: Room;
  state: RoomState;
  /** Edits put in, what was deleted left out. */
  messages: readonly ParleyMessage[];
  outgoing: readonly Outgoing[];
  drafts: readonly Draft[];
  typing: readonly Person[];
  members: readonly RoomMember[];
}

const joining: RoomState = { name: 'joining' };

/** A room that is joined while the component is there. One component a room and client: the first that leaves, leaves. */
export function useRoom(client: RoomClient, conversationId: string): RoomHook {
  const [room, setRoom] = useState<Room>();
  useEffect(() => {
    setRoom(client.join(conversationId));
    return () => client.leave(conversationId);
  }, [client, conversationId]);
  const entries = useMaybe(room?.entries);
  const messages = useMemo(() => toUiMessages(entries ?? []), [entries]);
  return {
    room,
    state: useMaybe(room?.state) ?? joining,
    messages,
    outgoing: useMaybe(room?.outgoing) ?? [],
    drafts: useMaybe(room?.drafts) ?? [],
    typing: useMaybe(room?.typing) ?? [],
    members: useMaybe(room?.members) ?? [],
  };
}
