import { WebSocket, type ClientOptions } from 'ws';

export interface ChatFrame {
  event: string;
  data: Record<string, unknown>;
  ref?: string;
}

/** A connection to `/ws/chat` as a test has it: asks by `ref`, and waits for what it hears. */
export class ChatSocket {
  readonly socket: WebSocket;
  readonly heard: ChatFrame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  private readonly waiting = new Set<() => void>();
  onHeard: ((frame: ChatFrame) => void) | undefined;
  private refs = 0;

  constructor(url: string, protocols: string[] = [], options: ClientOptions = {}) {
    this.socket = new WebSocket(url, protocols, options);
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as ChatFrame;
      this.heard.push(frame);
      this.onHeard?.(frame);
      for (const look of this.waiting) look();
    });
    this.closed = new Promise((resolve) =>
      this.socket.on('close', (code, reason) => {
        for (const look of this.waiting) look();
        resolve({ code, reason: String(reason) });
      }),
    );
  }

  static as(url: string, token: string, path = '/ws/chat'): ChatSocket {
    return new ChatSocket(url.replace('http', 'ws') + path, ['parley.v1', `bearer.${token}`]);
  }

  say(frame: object): void {
    this.socket.send(JSON.stringify(frame));
  }

  /** The answer to a frame, an error too. */
  async ask(event: string, data: object): Promise<ChatFrame> {
    const ref = `r${(this.refs += 1)}`;
    this.say({ event, data, ref });
    return this.find((frame) => frame.ref === ref);
  }

  /** The first frame that fits, heard already or to come. */
  async find(fits: (frame: ChatFrame) => boolean): Promise<ChatFrame> {
    for (let seen = 0; ;) {
      for (; seen < this.heard.length; seen += 1) if (fits(this.heard[seen]!)) return this.heard[seen]!;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('the connection ended');
      await new Promise<void>((resolve) => {
        const look = () => {
          this.waiting.delete(look);
          resolve();
        };
        this.waiting.add(look);
      });
    }
  }

  event(name: string): Promise<ChatFrame> {
    return this.find(({ event }) => event === name);
  }

  /** `seq`s of what came live, in the order it came. */
  get liveSeqs(): number[] {
    return this.heard.flatMap(({ event, data }) => {
      const entry = (event === 'message' ? data['message'] : event === 'entry' ? data['entry'] : undefined) as
        { seq: number } | undefined;
      return entry === undefined ? [] : [entry.seq];
    });
  }

  close(): void {
    this.socket.close();
  }
}
