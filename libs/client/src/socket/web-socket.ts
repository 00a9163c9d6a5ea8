/** As much of a WebSocket as a call uses: the browser's, Node's own, or one of a test. */
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

/** From here on the socket's events reach nobody, and it closes whenever it can. */
export function abandon(socket: WebSocketLike): void {
  socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
  try {
    socket.close(1000);
  } catch {
    // It never opened.
  }
}
