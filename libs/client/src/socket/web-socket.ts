/** As much of a WebSocket as a client uses: the browser's, Node's own, or one of a test. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: (() => void) | null;
  send(data: string | Int16Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

/** Opens a socket with these subprotocols. */
export type WebSocketFactory = (url: string, protocols: string[]) => WebSocketLike;

export const browserWebSocket: WebSocketFactory = (url, protocols) =>
  new WebSocket(url, protocols) as unknown as WebSocketLike;

/** The close says all there is to know; but in Node an error that nobody listens to ends the process. */
export const ignore = (): void => undefined;

/**
 * Given up for dead while its owner means to come back. Should it be alive after all, the service must not take this for
 * a hang-up, which 1000 is; and 1000 and 3000 to 4999 are all that a page may say.
 */
const GIVEN_UP = 4000;

/** From here on the socket's events reach nobody, and it closes whenever it can. */
export function abandon(socket: WebSocketLike, { forGood }: { forGood: boolean }): void {
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.onerror = ignore;
  try {
    socket.close(forGood ? 1000 : GIVEN_UP);
  } catch {
    // It never opened.
  }
}
