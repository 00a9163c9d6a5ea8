import { WebSocket } from 'ws';
import type { OpenSocket } from './open-socket';

/** Who listens to the sockets of an edge, besides to their frames. */
export interface SocketEars {
  answered(socket: EdgeSocket): void;
  gone(socket: EdgeSocket, open: OpenSocket, code: number): void;
  broke(error: NodeJS.ErrnoException): void;
}

/**
 * A socket that knows what the edge keeps of it, so that all of them share their listeners: a closure for each event of
 * each would be a third of what an idle one holds.
 */
export class EdgeSocket extends WebSocket {
  private open!: OpenSocket;
  private ears!: SocketEars;

  listen(open: OpenSocket, ears: SocketEars): void {
    this.open = open;
    this.ears = ears;
    this.on('message', EdgeSocket.onMessage).on('pong', EdgeSocket.onPong);
    this.on('close', EdgeSocket.onClose).on('error', ears.broke);
  }

  private static onMessage(this: WebSocket, data: unknown, isBinary: boolean): void {
    (this as EdgeSocket).open.receive(data as Buffer, isBinary);
  }

  private static onPong(this: WebSocket): void {
    (this as EdgeSocket).ears.answered(this as EdgeSocket);
  }

  private static onClose(this: WebSocket, code: number): void {
    const { ears, open } = this as EdgeSocket;
    ears.gone(this as EdgeSocket, open, code);
  }
}
