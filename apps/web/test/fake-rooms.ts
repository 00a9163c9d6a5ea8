import type { WebSocket } from 'ws';

interface Frame {
  event: string;
  data: { conversationId: string; clientId?: string; text?: string; after?: number; id?: string };
  ref?: string;
}

/** The rooms of the service as the page's own connection has them: one person, and what a test makes others say. */
export class FakeRooms {
  readonly seen: Frame[] = [];
  private readonly log: { seq: number; [key: string]: unknown }[] = [];
  private readonly sockets = new Set<WebSocket>();
  /** Authors whom the person blocks. */
  readonly blocked = new Set<string>();
  /** What the next message is answered with, instead of being taken. */
  refusal?: object;

  take(socket: WebSocket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    const principal = { kind: 'user', id: 'u-1', groups: [], expiresAt: '2026-01-01T11:00:00.000Z' };
    this.say(socket, 'welcome', { principal, sessionId: 's', version: 'parley.v1' });
    socket.on('message', (raw: Buffer) => this.heard(socket, JSON.parse(raw.toString()) as Frame));
  }

  /** Somebody else's message. */
  message(text: string, facts: object = {}): void {
    const author = { kind: 'user', id: 'u-2', name: 'Bob' };
    this.append({ type: 'message', role: 'user', author, parts: [{ type: 'text', text }], ...facts });
  }

  toAll(event: string, data: object): void {
    for (const socket of this.sockets) this.say(socket, event, { conversationId: 'room-00000000001', ...data });
  }

  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  close(code: number, reason: string): void {
    for (const socket of this.sockets) socket.close(code, reason);
  }

  reset(): void {
    this.cut();
    this.log.length = this.seen.length = 0;
    this.blocked.clear();
    this.refusal = undefined;
  }

  private heard(socket: WebSocket, frame: Frame): void {
    const { event, data, ref } = frame;
    const { conversationId, clientId } = data;
    this.seen.push(frame);
    const answer = (name: string, body: object) => this.say(socket, name, { conversationId, ...body }, ref);
    const head = this.log.length;
    const me = { kind: 'user', id: 'u-1', name: 'Alice Anders' };
    const items = this.log.filter(({ seq }) => seq > (data.after ?? 0)).map((entry) => this.readAs(entry));
    if (event === 'joinRoom') answer('joined', { head, items });
    if (event === 'history') answer('history', { head, items });
    if (event === 'presence') answer('presence', { members: [{ principal: me, online: true }] });
    if (event === 'sendMessage' && this.refusal !== undefined) return answer('error', this.refusal);
    if (event === 'sendMessage') {
      const { id, seq } = this.append({
        type: 'message',
        role: 'user',
        author: me,
        clientId,
        parts: [{ type: 'text', text: data.text }],
      });
      answer('ack', { clientId, id, seq });
    }
    if (event === 'edit') answer('ack', this.append({ type: 'edited', author: me, of: data.id, parts: [{ type: 'text', text: data.text }] })); // prettier-ignore
    if (event === 'delete') answer('ack', this.append({ type: 'deleted', author: me, of: data.id }));
  }

  private append(entry: { type: string; [key: string]: unknown }) {
    const seq = this.log.length + 1;
    const place = { id: `r-${seq}`, seq, conversationId: 'room-00000000001', createdAt: '2026-01-01T10:00:00.000Z' };
    const whole = { ...place, ...entry };
    this.log.push(whole);
    const name = entry.type === 'message' ? 'message' : 'entry';
    this.toAll(name, { [name]: this.readAs(whole) });
    return whole;
  }

  /** As somebody reads it who blocks its author. */
  private readAs<E extends { [key: string]: unknown }>(entry: E): E {
    const { id } = entry['author'] as { id: string };
    return this.blocked.has(id) ? { ...entry, parts: [], hidden: true } : entry;
  }

  private say(socket: WebSocket, event: string, data: object, ref?: string): void {
    socket.send(JSON.stringify({ event, data, ref }));
  }
}
