import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { ConnectionRegistry } from '@parley/auth';
import type { AuditLog, Replicas } from '@parley/conversations';
import type { Author } from '@parley/protocol';
import { gaugeOf, sharedFrame } from '@parley/service-kit';
import type { Registry } from 'prom-client';
import type { composeAnswers } from './answers';
import { BlockLists } from './rooms/block-lists';
import { hiding } from './rooms/hiding';
import { OpenRooms } from './rooms/open-rooms';
import { Presence } from './rooms/presence';
import { PresenceWatch } from './rooms/presence-watch';
import { RoomAnswers } from './rooms/room-answers';
import { ChatDesk } from './transport/chat-desk';

type Answers = Pick<
  ReturnType<typeof composeAnswers>,
  'store' | 'blocks' | 'answering' | 'following' | 'generations' | 'assistants' | 'report'
>;

/** Rooms, put together: which adapter serves which of their ports. Nest starts and stops them. */
export class RoomsOfService implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly open: OpenRooms;
  readonly blockLists: BlockLists;
  private readonly answers: RoomAnswers;
  private readonly desks: ChatDesk[] = [];
  private readonly watches: PresenceWatch[] = [];

  constructor(
    private readonly parts: Answers,
    replicas: Pick<Replicas, 'fanOut'>,
    metrics: Registry,
  ) {
    const { store, blocks, answering, following, assistants, report } = parts;
    this.blockLists = new BlockLists({ blocks, fanOut: replicas.fanOut, report });
    this.open = new OpenRooms({ log: store, fanOut: replicas.fanOut, frameOf: sharedFrame, report });
    const tell = (id: string, event: 'delta', data: object) => this.open.tell(id, event, data);
    this.answers = new RoomAnswers({ answering, following, assistants, tell });
    gaugeOf(metrics, 'parley_rooms_open', 'Conversations that somebody has open in this process', () => this.open.size);
  }

  desk(registry: ConnectionRegistry, audit: AuditLog): ChatDesk {
    const { store, blocks, report, assistants } = this.parts;
    const hostOf = (kind: Author['kind']) => {
      const [first] = assistants.list({ guest: kind === 'guest' });
      return first === undefined ? {} : { assistant: first.id };
    };
    const presence = new Presence(registry, assistants);
    this.watches.push(new PresenceWatch({ registry, store, rooms: this.open, presence, report }));
    const desk = new ChatDesk({
      store: hiding(store, blocks),
      rooms: this.open,
      presence,
      answers: this.answers,
      audit,
      hostOf,
      report,
    });
    this.desks.push(desk);
    return desk;
  }

  onApplicationBootstrap(): void {
    this.open.start();
    for (const watch of this.watches) watch.start();
    this.blockLists.start();
  }

  /** The sockets are closed by now: what their last frames and their end set going is brought to its end. */
  async onApplicationShutdown(): Promise<void> {
    this.answers.stop();
    await Promise.all([...this.desks.map((desk) => desk.settled()), ...this.watches.map((watch) => watch.stop())]);
    await this.parts.generations.stopAll();
    this.open.stop();
    await this.blockLists.stop();
  }
}
