import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface LogEntry {
  type: string;
  id: string;
  seq: number;
  [key: string]: unknown;
}
interface Frame {
  event: string;
  data: Record<string, never> & { conversationId: string };
  ref?: string;
}

const nameOf = (id: string) => ({ kind: 'user' as const, id, name: id });

/** A server that speaks `/ws/chat` and keeps rooms in memory, and fails when a test wants it to. */
export async function startRoomServer() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'parley.v1' });
  await once(server, 'listening');
  const logs = new Map<string, LogEntry[]>();
  const joined = new Map<WebSocket, Set<string>>();
  const heard: Frame[] = [];
  const waiting: { event: string; resolve: (frame: Frame) => void }[] = [];
  /** Says what happens to a frame instead of the usual; true: nothing more. */
  let intercept: (frame: Frame, say: (event: string, data: object) => void, socket: WebSocket) => boolean = () => false;

  const logOf = (id: string): LogEntry[] => logs.get(id) ?? logs.set(id, []).get(id)!;
  const headOf = (id: string): number => logOf(id).at(-1)?.seq ?? 0;
  const broadcast = (conversationId: string, event: string, data: object): void => {
    for (const [socket, rooms] of joined) {
      if (rooms.has(conversationId)) socket.send(JSON.stringify({ event, data: { conversationId, ...data } }));
    }
  };
  const append = (conversationId: string, entry: Partial<LogEntry>, { quietly = false } = {}): LogEntry => {
    const seq = headOf(conversationId) + 1;
    const createdAt = '2026-01-01T10:00:00.000Z';
    const whole = { type: 'message', id: `m-${seq}`, seq, conversationId, author: nameOf('bob'), createdAt, ...entry };
    const { type } = whole;
    logOf(conversationId).push(whole);
    if (!quietly)
      broadcast(conversationId, type === 'message' ? 'message' : 'entry', {
        [type === 'message' ? 'message' : 'entry']: whole,
      });
    return whole;
  };
  const say = (conversationId: string, text: string, more: Partial<LogEntry> = {}, options?: { quietly?: boolean }) =>
    append(conversationId, { role: 'user', parts: [{ type: 'text', text }], ...more }, options);

  server.on('connection', (socket, request) => {
    joined.set(socket, new Set());
    socket.on('close', () => joined.delete(socket));
    const token = /bearer\.([^,\s]+)/.exec(request.headers['sec-websocket-protocol'] ?? '')?.[1] ?? '';
    const me = nameOf('alice');
    const principal = { kind: 'user', id: me.id, name: me.name, groups: [], expiresAt: '2026-01-01T11:00:00.000Z' };
    socket.send(JSON.stringify({ event: 'welcome', data: { principal, sessionId: 's', version: 'parley.v1', token } }));
    socket.on('message', (raw: Buffer) => {
      const frame = JSON.parse(raw.toString()) as Frame;
      const { event, data, ref } = frame;
      const answer = (name: string, body: object): void =>
        socket.send(JSON.stringify({ event: name, data: body, ref }));
      heard.push(frame);
      const index = waiting.findIndex((one) => one.event === event);
      if (index >= 0) waiting.splice(index, 1)[0]!.resolve(frame);
      if (intercept(frame, answer, socket)) return;
      const { conversationId } = data;
      const log = logOf(conversationId);
      const after = data['after'] as number | undefined;
      switch (event) {
        case 'joinRoom': {
          joined.get(socket)?.add(conversationId);
          const items = after === undefined ? log.slice(-50) : log.filter(({ seq }) => seq > after).slice(0, 200);
          return answer('joined', { conversationId, head: headOf(conversationId), items });
        }
        case 'history': {
          const { before, limit } = data as unknown as { before?: number; limit: number };
          const items =
            after === undefined
              ? log.filter(({ seq }) => before === undefined || seq < before).slice(-limit)
              : log.filter(({ seq }) => seq > after).slice(0, limit);
          return answer('history', { conversationId, items, head: headOf(conversationId) });
        }
        case 'sendMessage': {
          const { clientId, text } = data as unknown as { clientId: string; text: string };
          const known = log.find((entry) => entry['clientId'] === clientId);
          const { id, seq } = known ?? say(conversationId, text, { clientId, author: me });
          return answer('ack', { conversationId, clientId, id, seq });
        }
        case 'edit': {
          const { id, text } = data as unknown as { id: string; text: string };
          const entry = append(conversationId, { type: 'edited', of: id, parts: [{ type: 'text', text }], author: me });
          return answer('ack', { conversationId, id: entry.id, seq: entry.seq });
        }
        case 'delete': {
          const entry = append(conversationId, { type: 'deleted', of: data['id'], author: me });
          return answer('ack', { conversationId, id: entry.id, seq: entry.seq });
        }
        case 'presence':
          return answer('presence', { conversationId, members: [{ principal: me, online: true }] });
        case 'tokenRefresh':
          return answer('tokenRefreshed', { expiresAt: '2026-01-01T12:00:00.000Z' });
      }
    });
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    append,
    say,
    broadcast,
    /** The next frame of this name. */
    next: (event: string): Promise<Frame> => new Promise((resolve) => waiting.push({ event, resolve })),
    intercept(by: typeof intercept): void {
      intercept = by;
    },
    cut(): void {
      for (const client of server.clients) client.terminate();
    },
    closeWith(code: number, reason = ''): void {
      for (const client of server.clients) client.close(code, reason);
    },
    toAll(event: string, data: object): void {
      for (const client of server.clients) client.send(JSON.stringify({ event, data }));
    },
    close: () =>
      new Promise<void>((resolve) => {
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
}
