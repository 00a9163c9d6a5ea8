import { WebSocket } from 'ws';

/** A socket whose frames can be waited for one by one. */
export class TestSocket {
  readonly socket: WebSocket;
  private readonly frames: (object | Buffer)[] = [];
  private waiting: (() => void) | undefined;
  readonly closed: Promise<{ code: number; reason: string }>;

  constructor(url: string, protocols: string[] = [], options: object = {}) {
    this.socket = new WebSocket(url, protocols, options);
    this.socket.on('error', () => undefined);
    this.socket.on('message', (data, isBinary) => {
      this.frames.push(isBinary ? (data as Buffer) : (JSON.parse(String(data)) as object));
      this.waiting?.();
    });
    this.closed = new Promise((resolve) =>
      this.socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
    );
  }
  opened(): Promise<void> {
    return new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
  }
  say(frame: object | string): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }
  async next<T = Record<string, unknown>>(): Promise<T> {
    while (this.frames.length === 0) await new Promise<void>((resolve) => (this.waiting = resolve));
    return this.frames.shift() as T;
  }
}
