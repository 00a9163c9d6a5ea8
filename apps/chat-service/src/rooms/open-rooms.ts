import {
  eventFrame,
  readSignal,
  topicOf,
  writeSignal,
  type FanOut,
  type OpenConversations,
} from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import type { Listener } from './listener';
import { OpenRoom, type OpenRoomParts } from './open-room';

export interface OpenRoomsParts extends Omit<OpenRoomParts, 'log'> {
  log: OpenConversations;
  fanOut: FanOut;
  /** How often the store is asked what changed, 5 s when left out: without Valkey the latest that news of other processes comes. */
  pollMs?: number;
}

interface Opened {
  room: OpenRoom;
  unsubscribe: () => void;
}

/** All conversations that somebody has open in this process. */
export class OpenRooms {
  private readonly opened = new Map<string, Opened>();
  private timer: NodeJS.Timeout | undefined;
  private polling = false;

  constructor(private readonly parts: OpenRoomsParts) {}

  get size(): number {
    return this.opened.size;
  }

  start(): void {
    this.timer = setInterval(() => void this.poll(), this.parts.pollMs ?? 5_000).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    for (const { unsubscribe } of this.opened.values()) unsubscribe();
    this.opened.clear();
  }

  /** @see OpenRoom.enter */
  async enter(
    id: string,
    listener: Listener,
    read: () => Promise<{ head: number; isReached: boolean }>,
  ): Promise<void> {
    const { room } = this.opened.get(id) ?? this.open(id);
    try {
      await room.enter(listener, read);
    } finally {
      this.closeIfEmpty(id);
    }
  }

  leave(id: string, listener: Listener): void {
    this.opened.get(id)?.room.leave(listener.id);
    this.closeIfEmpty(id);
  }

  /** A connection is gone. @returns the ids of what it had open */
  leaveAll(listener: Listener): string[] {
    const left = [...this.opened.values()].map(({ room }) => room).filter((room) => room.has(listener.id));
    for (const { id } of left) this.leave(id, listener);
    return left.map(({ id }) => id);
  }

  /** Whether a listener is behind in a conversation, and reads the log to catch up. */
  isBehind(id: string, listener: Listener): boolean {
    return this.opened.get(id)?.room.isBehind(listener.id) === true;
  }

  has(id: string, listener: Listener): boolean {
    return this.opened.get(id)?.room.has(listener.id) === true;
  }

  /** @throws ParleyError `conversation_not_found` for one who has not joined */
  assertIn(id: string, listener: Listener): void {
    if (!this.has(id, listener)) throw new ParleyError('conversation_not_found');
  }

  get ids(): string[] {
    return [...this.opened.keys()];
  }

  /** Who has it open in this process. */
  listeners(id: string): Listener[] {
    return this.opened.get(id)?.room.listeners ?? [];
  }

  /** Tells all who have it open, in every process, what is kept nowhere. @param except id of the listener it comes from */
  tell(id: string, event: string, data: object, except = '-'): void {
    this.parts.fanOut.publish(topicOf(id), writeSignal({ kind: 'passing', except, frame: eventFrame(event, data) }));
  }

  /** Asks the store what changed in all that is open here: the log is the truth, news of it a hint. */
  async poll(): Promise<void> {
    if (this.polling || this.opened.size === 0) return;
    this.polling = true;
    try {
      const { ids } = this;
      const states = await this.parts.log.states(ids);
      for (const id of ids) {
        this.opened.get(id)?.room.look(states.get(id));
        this.closeIfEmpty(id);
      }
    } catch (error) {
      this.parts.report('open rooms could not be looked after', error);
    } finally {
      this.polling = false;
    }
  }

  private open(id: string): Opened {
    const room = new OpenRoom(id, this.parts);
    const unsubscribe = this.parts.fanOut.subscribe(topicOf(id), {
      message: (payload) => {
        const signal = readSignal(payload);
        if (signal) room.hear(signal);
      },
      gap: () => room.missed(),
    });
    const opened = { room, unsubscribe };
    this.opened.set(id, opened);
    return opened;
  }

  private closeIfEmpty(id: string): void {
    const opened = this.opened.get(id);
    if (opened === undefined || !opened.room.isEmpty) return;
    opened.unsubscribe();
    this.opened.delete(id);
  }
}
