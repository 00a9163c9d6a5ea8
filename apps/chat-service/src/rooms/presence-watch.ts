import type { ConnectionRegistry } from '@parley/auth';
import type { ConversationStore } from '@parley/conversations';
import { ParleyError } from '@parley/errors';
import type { OpenRooms } from './open-rooms';
import type { Presence } from './presence';

export interface PresenceWatchParts {
  registry: Pick<ConnectionRegistry, 'processes'>;
  store: Pick<ConversationStore, 'get'>;
  rooms: Pick<OpenRooms, 'ids' | 'listeners'>;
  presence: Pick<Presence, 'of'>;
  report: (what: string, cause: unknown) => void;
}

/** With the 45 s that a dead process is believed to live, who went with it is told of within about a minute. */
const ROUND_MS = 15_000;

/**
 * Tells who has rooms open here of people whose process died: nobody else does, since a process that dies says nothing. A
 * round costs one request; members are looked at only when a process went, room by room.
 */
export class PresenceWatch {
  private known: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;

  constructor(private readonly parts: PresenceWatchParts) {}

  start(): void {
    void this.look();
    this.timer = setInterval(() => void this.look(), ROUND_MS).unref();
  }

  /** Resolves when nothing is asked any more. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** One round, or the one that runs. What fails is done again in the next one. */
  look(): Promise<void> {
    this.looking ??= this.lookOnce();
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    try {
      const living = new Set((await this.parts.registry.processes()).map(({ id }) => id));
      const isOneGone = [...this.known].some((process) => !living.has(process));
      if (isOneGone) for (const id of this.parts.rooms.ids) await this.tellWhoIsAway(id);
      this.known = living;
    } catch (error) {
      this.parts.report('it cannot be seen who went with a process', error);
    } finally {
      this.looking = undefined;
    }
  }

  private async tellWhoIsAway(id: string): Promise<void> {
    const { rooms, presence } = this.parts;
    const conversation = await this.read(id);
    if (conversation?.kind !== 'room') return;
    const away = (await presence.of(conversation)).filter(({ online }) => !online);
    for (const listener of rooms.listeners(id)) {
      const members = away.filter(({ principal }) => !listener.blocked.has(principal.id));
      if (members.length > 0) listener.say('presence', { conversationId: id, members });
    }
  }

  /** With the rights of one who hears it: of a room that is gone, or that nobody has open any more, there is nothing to tell. */
  private async read(id: string) {
    for (const { principalId } of this.parts.rooms.listeners(id)) {
      try {
        return await this.parts.store.get(principalId, id);
      } catch (error) {
        if (!(error instanceof ParleyError) || error.code !== 'conversation_not_found') throw error;
      }
    }
    return undefined;
  }
}
