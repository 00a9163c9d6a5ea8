import type { Author, ChatServerEventName, ChatServerEvents } from '@parley/protocol';

/** Somebody in a room. */
export type Person = Author;

/** What the server says on `/ws/chat`. */
export type RoomServerEvents = ChatServerEvents;
export type RoomServerEventName = ChatServerEventName;

/** What a client says there. */
export interface RoomClientEvents {
  joinRoom: { conversationId: string; after?: number };
  leaveRoom: { conversationId: string };
  sendMessage: { conversationId: string; clientId: string; text: string };
  history: { conversationId: string; before?: number; after?: number; limit?: number };
  typing: { conversationId: string; typing: boolean };
  presence: { conversationId: string };
  read: { conversationId: string; seq: number };
  edit: { conversationId: string; id: string; text: string };
  delete: { conversationId: string; id: string };
  tokenRefresh: { token: string } | { session: string };
}
export type RoomClientEventName = keyof RoomClientEvents;

/** How a room says something: with an answer to wait for, or without. */
export interface RoomLine {
  readonly isUp: boolean;
  say<N extends RoomClientEventName>(event: N, data: RoomClientEvents[N]): void;
  /** Rejects with ClientError: what the server answered, or `network` when the line is lost or the answer does not come. */
  ask<N extends RoomClientEventName, A extends RoomServerEventName>(
    event: N,
    data: RoomClientEvents[N],
    answer: A,
  ): Promise<RoomServerEvents[A]>;
}

/** A frame of the server, or undefined for what is none. */
export function parseRoomFrame(data: unknown): { event: string; data: unknown; ref?: string } | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const frame = JSON.parse(data) as { event?: unknown; data?: unknown; ref?: unknown };
    if (typeof frame?.event !== 'string' || typeof frame.data !== 'object' || frame.data === null) return undefined;
    return { event: frame.event, data: frame.data, ref: typeof frame.ref === 'string' ? frame.ref : undefined };
  } catch {
    return undefined;
  }
}
