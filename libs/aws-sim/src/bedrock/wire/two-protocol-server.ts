import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export type Request = IncomingMessage | Http2ServerRequest;
export type Response = ServerResponse | Http2ServerResponse;
export type Listener = (request: Request, response: Response) => void;

export interface TwoProtocolServer {
  port: number;
  close(): Promise<void>;
}

/** How the client's HTTP/2 preface begins (RFC 9113 3.4); no HTTP/1.1 method does. */
const PREFACE = 'PRI';

/**
 * One cleartext port for HTTP/1.1 and for HTTP/2 with prior knowledge, told apart by the first bytes: the AWS SDK speaks
 * the one to Bedrock Runtime, fetch and Bedrock Agent Runtime the other.
 */
export async function listenTwoProtocols(listener: Listener, host: string, port: number): Promise<TwoProtocolServer> {
  const http = createHttpServer(listener);
  // A voice stream's request lasts eight minutes and more.
  http.requestTimeout = 0;
  const http2 = createHttp2Server(listener);
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  http2.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
  });
  http2.on('sessionError', () => undefined);

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    readProtocol(socket, (isHttp2) => {
      (isHttp2 ? http2 : http).emit('connection', socket);
      // HTTP/2 takes over the handle with what was read; HTTP/1.1 listens to the socket, which was paused to look at it.
      if (!isHttp2) socket.resume();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function readProtocol(socket: Socket, decide: (isHttp2: boolean) => void): void {
  let first = Buffer.alloc(0);
  const onData = (bytes: Buffer) => {
    first = Buffer.concat([first, bytes]);
    const beginning = first.toString('latin1', 0, PREFACE.length);
    if (beginning.length < PREFACE.length && PREFACE.startsWith(beginning)) return;
    socket.off('data', onData);
    socket.pause();
    socket.unshift(first);
    decide(beginning === PREFACE);
  };
  socket.on('data', onData);
}
