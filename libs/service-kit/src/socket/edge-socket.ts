import { WebSocket } from 'ws';
import type { OpenSocket } from './open-socket';

/** Who listens to the sockets of an edge, besides to their frames. */
export interface SocketEars {
  answered(socket: EdgeSocket): void;
  gone(socket: EdgeSocket, open: OpenSocket, code: number): void;
  broke(error: NodeJS.ErrnoException): void;
}

/**
 * A socket that knows what the edge keeps of it, and is asked by `ws` itself: listeners to four events would be a tenth of
 * what an idle one holds, and each frame would pass through them.
 */
export class EdgeSocket extends WebSocket {
  private open: OpenSocket | undefined;
  private ears: SocketEars | undefined;

  /** From now on nobody else hears of it. */
  listen(open: OpenSocket, ears: SocketEars): void {
    this.open = open;
    this.ears = ears;
  }

  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    const { open, ears } = this;
    if (!open || !ears) return super.emit(event, first, second);
    if (event === 'message') open.receive(first as Buffer, second as boolean);
    else if (event === 'pong') ears.answered(this);
    else if (event === 'close') ears.gone(this, open, first as number);
    else if (event === 'error') ears.broke(first as NodeJS.ErrnoException);
    return true;
  }
}
