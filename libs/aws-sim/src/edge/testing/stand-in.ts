import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { EdgeRoute } from '@parley/descriptor';
import { WebSocketServer, type WebSocket } from 'ws';
import type { EdgeOptions } from '../options';

/** A service behind the edge, whose answers the test writes. */
export interface StandIn {
  origin: string;
  server: Server;
  sockets: WebSocketServer;
  /** Head lines of what arrived, oldest first. */
  seen: IncomingMessage[];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  onSocket: (socket: WebSocket, request: IncomingMessage) => void;
  close(): Promise<void>;
}

export async function startStandIn(): Promise<StandIn> {
  const server = createServer((request, response) => {
    standIn.seen.push(request);
    standIn.answer(request, response);
  });
  const sockets = new WebSocketServer({
    server,
    handleProtocols: (offered) => (offered.has('parley.v1') ? 'parley.v1' : false),
  });
  sockets.on('connection', (socket, request) => {
    standIn.seen.push(request);
    standIn.onSocket(socket, request);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const standIn: StandIn = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    server,
    sockets,
    seen: [],
    answer: (_request, response) => void response.end('ok'),
    onSocket: (socket) => void socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}

export const ROUTES: EdgeRoute[] = [
  { pattern: '/ws/chat*', service: 'chat-service', port: 8080 },
  { pattern: '/api/*', service: 'chat-service', port: 8080 },
  { pattern: '/ws/*', service: 'voice-gateway', port: 8081 },
];

export const CONFIG: EdgeOptions['config'] = {
  region: 'us-east-1',
  issuer: 'http://localhost:1/pool',
  domain: 'http://localhost:1',
  spaClientId: 'client',
  simulated: { models: true, identity: true },
};

/** Writes bytes to a port and reads what comes back until the other side ends. */
export async function rawExchange(port: number, bytes: string): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => void (answer += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await closeOf(socket);
  return answer;
}

/** Resolves when it is closed, however it came to that (`once` rejects for an error that precedes it). */
export const closeOf = (emitter: NodeJS.EventEmitter) => new Promise<void>((resolve) => emitter.once('close', resolve));

/** Resolves with the first argument of the next such event. */
export async function next<T>(emitter: NodeJS.EventEmitter, event: string): Promise<T> {
  return (await once(emitter, event))[0] as T;
}
