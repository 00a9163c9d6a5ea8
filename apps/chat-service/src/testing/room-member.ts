import type { Entry } from '@parley/protocol';
import { ChatSocket, type ChatFrame } from './chat-socket';

/**
 * Somebody in a room whose line breaks: joins again with the last `seq` known, reads what lies between, sends a message until it
 * is acknowledged. Keeps what each connection gave live, to show that nothing came twice.
 */
export class RoomMember {
  readonly log: Entry[] = [];
  /** `seq`s of the live frames of each connection. */
  readonly live: number[][] = [];
  private socket: ChatSocket | undefined;
  private connecting: Promise<void> | undefined;
  private readonly early = new Map<number, Entry>();
  private over = false;

  constructor(
    private readonly conversationId: string,
    private readonly dial: () => Promise<ChatSocket>,
  ) {}

  get knownUpTo(): number {
    return this.log.at(-1)?.seq ?? 0;
  }

  /** Resolves when it is in the room and has all up to the head of then. */
  connected(): Promise<void> {
    this.connecting ??= this.connect().finally(() => (this.connecting = undefined));
    return this.connecting;
  }

  async send(clientId: string, text: string): Promise<void> {
    for (;;) {
      const answer = await this.attempt('sendMessage', { clientId, text });
      if (answer?.event === 'ack') return;
      if (answer !== undefined && answer.data['kind'] !== 'unavailable') throw new Error(JSON.stringify(answer.data));
    }
  }

  /** The line breaks without a word. */
  cut(): void {
    this.socket?.socket.terminate();
  }

  /** Reads on until it knows all up to a place. */
  async reach(seq: number): Promise<void> {
    while (this.knownUpTo < seq) {
      const socket = await this.line();
      await socket.find(() => this.knownUpTo >= seq).catch(() => undefined);
    }
  }

  end(): void {
    this.over = true;
    this.socket?.close();
  }

  private async attempt(event: string, data: object): Promise<ChatFrame | undefined> {
    const socket = await this.line();
    return socket.ask(event, { conversationId: this.conversationId, ...data }).catch(() => undefined);
  }

  private async line(): Promise<ChatSocket> {
    while (this.socket === undefined) await this.connected();
    return this.socket;
  }

  private async connect(): Promise<void> {
    while (!this.over) {
      try {
        const socket = await this.dial();
        const live: number[] = [];
        this.live.push(live);
        socket.onHeard = (frame) => this.hear(socket, frame, live);
        await socket.event('welcome');
        let page = await socket.ask('joinRoom', { conversationId: this.conversationId, after: this.knownUpTo });
        for (;;) {
          if (page.event === 'error') throw new Error(String(page.data['code']));
          this.take(page.data['items'] as Entry[]);
          if (this.knownUpTo >= (page.data['head'] as number)) break;
          page = await socket.ask('history', {
            conversationId: this.conversationId,
            after: this.knownUpTo,
            limit: 200,
          });
        }
        this.socket = socket;
        void socket.closed.then(() => {
          this.socket = undefined;
          if (!this.over) void this.connected();
        });
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  private hear(socket: ChatSocket, { event, data }: ChatFrame, live: number[]): void {
    if (event === 'behind') return void this.readOn(socket);
    const entry = (event === 'message' ? data['message'] : event === 'entry' ? data['entry'] : undefined) as
      Entry | undefined;
    if (entry === undefined) return;
    live.push(entry.seq);
    this.take([entry]);
  }

  private async readOn(socket: ChatSocket): Promise<void> {
    for (let isMore = true; isMore;) {
      const query = { conversationId: this.conversationId, after: this.knownUpTo, limit: 200 };
      const page = await socket.ask('history', query).catch(() => undefined);
      if (page?.event !== 'history') return;
      this.take(page.data['items'] as Entry[]);
      isMore = this.knownUpTo < (page.data['head'] as number);
    }
  }

  private take(entries: readonly Entry[]): void {
    for (const entry of entries) if (entry.seq > this.knownUpTo) this.early.set(entry.seq, entry);
    for (let next = this.early.get(this.knownUpTo + 1); next; next = this.early.get(this.knownUpTo + 1)) {
      this.early.delete(next.seq);
      this.log.push(next);
    }
  }
}
