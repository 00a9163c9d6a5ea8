import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { ANSWER_BYTES } from './model';

/** Baseline (a): WebSockets and nothing else. Each frame is answered with one. */
export async function startBare(): Promise<Record<string, string>> {
  const answer = Buffer.alloc(ANSWER_BYTES, 7);
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) socket.send(answer);
      else if (String(data).includes('callEnd')) socket.close();
      else socket.send('{"event":{"callReady":{}}}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/voice` };
}
