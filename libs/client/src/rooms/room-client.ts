import type { ErrorFacts } from '@parley/protocol';
import { ClientError, networkError } from '../core/client-error';
import { systemClock, type Clock, type Timer } from '../core/clock';
import { Emitter } from '../core/emitter';
import { Subject, type Observable } from '../core/observable';
import type { Remedy, SocketEnd } from '../socket/close-verdict';
import { ReconnectingSocket, type SocketOptions } from '../socket/reconnecting-socket';
import { refreshOf } from '../session/token-provider';
import { Room } from './room';
import {
  parseRoomFrame,
  type RoomClientEventName,
  type RoomClientEvents,
  type RoomLine,
  type RoomServerEventName,
  type RoomServerEvents,
} from './room-wire';

export type RoomClientOptions = SocketOptions;

/** The connection behind the rooms. `online` is the live one. */
export type RoomConnection =
  | { name: 'idle' }
  | { name: 'connecting'; attempt: number; error?: ClientError }
  | { name: 'online'; me: RoomServerEvents['welcome']['principal'] }
  /** It looks for its line as long as it takes; what is sent meanwhile waits. */
  | { name: 'reconnecting'; attempt: number; isOffline: boolean; error: ClientError }
  | { name: 'closed'; reason: SocketEnd }
  | { name: 'failed'; error: ClientError; remedy: Remedy };

interface RoomClientNotices {
  /** Something went wrong that ends nothing. */
  warning: ClientError;
}

/** How long an answer may take. */
const ANSWER_MS = 15_000;
interface Question {
  answer: RoomServerEventName;
  timer: Timer;
  resolve(data: never): void;
  reject(error: ClientError): void;
}

/** The rooms of a person over one connection to `/ws/chat`, found again when it is lost. */
export class RoomClient {
  private readonly current = new Subject<RoomConnection>({ name: 'idle' });
  readonly state: Observable<RoomConnection> = this.current;
  private readonly events = new Emitter<RoomClientNotices>();
  readonly on = this.events.on.bind(this.events);

  private readonly clock: Clock;
  private readonly socket: ReconnectingSocket;
  private readonly rooms = new Map<string, Room>();
  private readonly questions = new Map<string, Question>();
  private refs = 0;

  constructor(options: RoomClientOptions) {
    this.clock = options.clock ?? systemClock;
    this.socket = new ReconnectingSocket('/ws/chat', options, {
      socketOnOpen: () => undefined, // the server speaks first
      socketOnMessage: (data) => this.heard(data),
      socketSayToken: (token) => this.say('tokenRefresh', refreshOf(options.tokenSource, token)),
      socketOnSearch: ({ attempt, error, isOffline, wasUp }) => {
        this.lineLost();
        if (wasUp) this.current.set({ name: 'reconnecting', attempt, error, isOffline });
        else this.current.set({ name: 'connecting', attempt: attempt + 1, error });
      },
      socketOnEnd: (reason) => this.over({ name: 'closed', reason }),
      socketOnFail: (error, remedy) => this.over({ name: 'failed', error, remedy }),
      socketOnWarning: (error) => this.events.emit('warning', error),
    });
  }

  /** Connects; the state says what comes of it. Once: a new connection is a new client. */
  open(): void {
    if (this.current.get().name !== 'idle') return;
    this.current.set({ name: 'connecting', attempt: 1 });
    void this.socket.open();
  }

  /** A room, joined now or as soon as there is a line. `after`: the last `seq` that is known already. */
  join(conversationId: string, { after }: { after?: number } = {}): Room {
    const known = this.rooms.get(conversationId);
    if (known !== undefined) return known;
    const { socket } = this;
    const line: RoomLine = {
      get isUp() {
        return socket.line !== undefined;
      },
      say: (event, data) => this.say(event, data),
      ask: (event, data, answer) => this.ask(event, data, answer),
    };
    const room = new Room(conversationId, line, { clock: this.clock, after });
    this.rooms.set(conversationId, room);
    if (this.socket.line !== undefined) void room.enter();
    return room;
  }

  /** Nothing of this room is told any more; its membership stays. */
  leave(conversationId: string): void {
    const room = this.rooms.get(conversationId);
    if (room === undefined) return;
    this.rooms.delete(conversationId);
    room.leave();
    this.say('leaveRoom', { conversationId });
  }

  /** Reads again what is known of all rooms: whoever was blocked or unblocked is hidden or shown. Rejects with ClientError. */
  async readAgain(): Promise<void> {
    await Promise.all([...this.rooms.values()].map((room) => room.readAgain()));
  }

  close(): void {
    this.over({ name: 'closed', reason: 'hangup' });
  }

  private heard(data: unknown): void {
    const frame = parseRoomFrame(data);
    if (frame === undefined) return;
    const { event, ref } = frame;
    const body = frame.data as never;
    if (event === 'welcome') return this.welcomed(body);
    if (event === 'tokenExpiring') return this.socket.noteTokenExpiring((body as { expiresInMs: number }).expiresInMs);
    const question = ref === undefined ? undefined : this.questions.get(ref);
    if (event === 'error') return this.serverSaidError(body, ref);
    if (question?.answer === event) {
      this.settle(ref!);
      return question.resolve(body);
    }
    const { conversationId } = body as { conversationId?: string };
    const room = conversationId === undefined ? undefined : this.rooms.get(conversationId);
    (room?.heard[event as RoomServerEventName] as ((body: unknown) => void) | undefined)?.(body);
    // Who is let in again joins it anew.
    if (room?.state.get().name === 'removed') this.rooms.delete(room.conversationId);
  }

  private welcomed({ principal }: RoomServerEvents['welcome']): void {
    this.socket.ready();
    this.current.set({ name: 'online', me: principal });
    for (const room of this.rooms.values()) void room.enter();
  }

  private serverSaidError(facts: ErrorFacts, ref: string | undefined): void {
    const error = new ClientError(facts);
    this.socket.noteError(error);
    const question = ref === undefined ? undefined : this.questions.get(ref);
    if (question === undefined) return this.events.emit('warning', error);
    this.settle(ref!);
    question.reject(error);
  }

  private say<N extends RoomClientEventName>(event: N, data: RoomClientEvents[N], ref?: string): void {
    if (this.socket.line !== undefined) this.socket.send({ event, data, ref });
  }

  private ask<A extends RoomServerEventName>(
    event: RoomClientEventName,
    data: RoomClientEvents[RoomClientEventName],
    answer: A,
  ): Promise<RoomServerEvents[A]> {
    return new Promise((resolve, reject) => {
      if (this.socket.line === undefined) return reject(networkError());
      const ref = String((this.refs += 1));
      const timer = this.clock.after(ANSWER_MS, () => {
        this.settle(ref);
        reject(networkError());
      });
      this.questions.set(ref, { answer, timer, resolve, reject });
      this.say(event, data, ref);
    });
  }

  private settle(ref: string): void {
    this.clock.cancel(this.questions.get(ref)?.timer);
    this.questions.delete(ref);
  }

  private lineLost(): void {
    for (const [ref, { reject }] of [...this.questions]) {
      this.settle(ref);
      reject(networkError());
    }
    for (const room of this.rooms.values()) room.lineLost();
  }

  private over(state: Extract<RoomConnection, { name: 'closed' | 'failed' }>): void {
    const { name } = this.current.get();
    if (name === 'closed' || name === 'failed') return;
    this.socket.close();
    this.lineLost();
    this.current.set(state);
  }
}
