import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/** As much of Parley as a conversation asks of it. It tells what came, and begins answers that do not end by themselves. */
export async function startParley() {
  /** The conversations that were listened to, each with the token of who did. */
  const joins: { id: string; token: string }[] = [];
  const answers: ServerResponse[] = [];
  /** What was said in the conversation, whichever that is. */
  const log: { seq: number; [fact: string]: unknown }[] = [];
  const waiting = new Set<() => void>();
  const tell = () => {
    for (const look of waiting) look();
  };

  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.url === '/api/chat') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const chunk of [
          { type: 'start', messageId: `answer-${answers.length}` },
          { type: 'text-delta', id: 't', delta: 'One moment' },
        ])
          response.write(`data: ${JSON.stringify(chunk)}\n\n`);
        answers.push(response);
        response.on('close', tell);
        return tell();
      }
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://parley');
      if (pathname.endsWith('/messages')) {
        const item = { ...log[Number(searchParams.get('before')) - 2], parts: [{ type: 'text', text: 'rude' }] };
        return response.end(JSON.stringify({ items: [item], first: 1, head: log.length }));
      }
      const isGuest = request.url === '/api/session/guest';
      response.writeHead(isGuest ? 201 : 200, { 'content-type': 'application/json' });
      const session = { sessionId: 'label', session: 'g1.guest', expiresInMs: 100_000 };
      response.end(JSON.stringify(isGuest ? session : { conversations: [] }));
    });
  });
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'parley.v1' });
  sockets.on('connection', (socket, request) => {
    const token = /(?:bearer|guest)\.([^,\s]+)/.exec(request.headers['sec-websocket-protocol'] ?? '')?.[1] ?? '';
    const principal = { kind: 'user', id: 'me', name: 'me', groups: [], expiresAt: '2030-01-01T00:00:00.000Z' };
    socket.send(JSON.stringify({ event: 'welcome', data: { principal, sessionId: 's', version: 'parley.v1' } }));
    socket.on('message', (raw: Buffer) => {
      const { event, data, ref } = JSON.parse(raw.toString()) as {
        event: string;
        data: { conversationId: string; before?: number; limit?: number };
        ref?: string;
      };
      const { conversationId, before = Infinity, limit = 50 } = data;
      const items = log.filter(({ seq }) => seq < before).slice(-limit);
      const answer = (name: string) =>
        socket.send(JSON.stringify({ event: name, data: { conversationId, head: log.length, items }, ref }));
      if (event === 'history') return answer('history');
      if (event !== 'joinRoom') return;
      joins.push({ id: conversationId, token });
      answer('joined');
      tell();
    });
    socket.on('close', tell);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    joins,
    answers,
    log,
    get lines(): number {
      return sockets.clients.size;
    },
    /** Once it is so, by something that came or went here. */
    until: (isThere: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = () => {
          if (!isThere()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
