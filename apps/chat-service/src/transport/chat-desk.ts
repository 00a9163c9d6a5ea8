import { randomUUID } from 'node:crypto';
import type { AuditLog, ConversationStore, EntryDraft, Rooms } from '@parley/conversations';
import { asParleyError } from '@parley/errors';
import {
  LIMITS,
  type Author,
  type ChatServerEvents,
  type Entry,
  type EntryPage,
  type Message,
  type Part,
} from '@parley/protocol';
import type { OpenRooms } from '../rooms/open-rooms';
import type { Presence } from '../rooms/presence';
import type { RoomAnswers } from '../rooms/room-answers';
import type { ConnectionListener } from './connection-listener';

export interface ChatDeskParts {
  store: ConversationStore & Rooms;
  rooms: OpenRooms;
  presence: Presence;
  answers: RoomAnswers;
  audit: Pick<AuditLog, 'add'>;
  /** Who answers in the own conversation of a session. */
  hostOf: (kind: Author['kind']) => { assistant?: string };
  report: (what: string, cause: unknown) => void;
}

type Ack = ChatServerEvents['ack'];
interface Bounds {
  conversationId: string;
  before?: number | undefined;
  after?: number | undefined;
  limit: number;
}

/** What connections on `/ws/chat` ask for, done. */
export class ChatDesk {
  private readonly working = new Set<Promise<void>>();

  constructor(private readonly parts: ChatDeskParts) {}

  /** Does what nobody waits for but a process that leaves. */
  beside(work: () => Promise<void>): void {
    const done = work().catch((error: unknown) => this.parts.report('what nobody waited for failed', error));
    this.working.add(done);
    void done.finally(() => this.working.delete(done));
  }

  /** Resolves when nothing is done beside. */
  async settled(): Promise<void> {
    while (this.working.size > 0) await Promise.all(this.working);
  }

  async join(
    listener: ConnectionListener,
    conversationId: string,
    after: number | undefined,
    ref?: string,
  ): Promise<void> {
    const { store, rooms } = this.parts;
    const isNew = !rooms.has(conversationId, listener);
    await this.enter(listener, conversationId, async () => {
      const query = after === undefined ? { limit: LIMITS.pageDefault } : { after, limit: LIMITS.pageMax };
      const { items, head } = await store.page(listener.principalId, conversationId, query);
      // The client reads what is between by `history`; entries follow live from the head that it is told.
      listener.connection.send('joined', { conversationId, head, items }, ref);
      return head;
    });
    if (isNew && listener.connection.isOpen) this.tellPresence(listener, conversationId, true);
  }

  leave(listener: ConnectionListener, conversationId: string): void {
    if (!this.parts.rooms.has(conversationId, listener)) return;
    this.parts.rooms.leave(conversationId, listener);
  }

  /** The connection is gone. Others are told only when it was the principal's last one. */
  async left(listener: ConnectionListener): Promise<void> {
    const left = this.parts.rooms.leaveAll(listener);
    if (left.length === 0) return;
    try {
      if (await this.parts.presence.isOnline(listener.principalId, listener.id)) return;
      for (const id of left) this.tellPresence(listener, id, false);
    } catch (error) {
      this.parts.report('it cannot be seen whether somebody is still there', error);
    }
  }

  async history(listener: ConnectionListener, { conversationId, ...query }: Bounds, ref?: string): Promise<void> {
    const { store, rooms } = this.parts;
    const read = async (): Promise<EntryPage> => {
      const page = await store.page(listener.principalId, conversationId, query);
      listener.connection.send('history', { conversationId, items: page.items, head: page.head }, ref);
      return page;
    };
    // Who is behind catches up by this: at the head it hears live again.
    if (query.after === undefined || query.before !== undefined || !rooms.isBehind(conversationId, listener))
      return void (await read());
    const { after } = query;
    await rooms.enter(conversationId, listener, async () => {
      const { items, head } = await read();
      return { head, isReached: (items.at(-1)?.seq ?? after) >= head || items.length === 0 };
    });
  }

  /** Appends a message, to the session's own conversation where none is named, and has it answered when it is for an assistant. */
  async send(
    listener: ConnectionListener,
    said: { conversationId?: string | undefined; clientId: string; parts: Part[] },
    ref?: string,
  ): Promise<Ack> {
    const { author, principalId } = listener;
    const { clientId, parts } = said;
    const conversationId = said.conversationId ?? (await this.ownConversation(listener));
    const draft = { type: 'message', role: 'user', author, parts, clientId } as const;
    const entry = await this.parts.store.append(principalId, conversationId, draft, clientId);
    if (entry.type === 'message') this.beside(() => this.answer(listener, entry, ref));
    return { conversationId, clientId, id: entry.id, seq: entry.seq };
  }

  async edit(listener: ConnectionListener, conversationId: string, of: string, text: string): Promise<Ack> {
    const { author } = listener;
    return this.change(listener, conversationId, { type: 'edited', author, of, parts: [{ type: 'text', text }] });
  }

  /** An owner's deletion of what somebody else wrote is an act that is written down. */
  async delete(listener: ConnectionListener, conversationId: string, of: string): Promise<Ack> {
    const { store, audit } = this.parts;
    const { author: by } = listener;
    const message = await store.findMessage(by.id, conversationId, of);
    const ack = await this.change(listener, conversationId, { type: 'deleted', author: by, of });
    const { kind, id: whom } = message?.id === of ? message.author : by;
    if (kind !== 'assistant' && whom !== by.id)
      await audit.add({ by, what: 'removeContent', whom, conversationId, messageId: of });
    return ack;
  }

  typing(listener: ConnectionListener, conversationId: string, typing: boolean): void {
    const { rooms } = this.parts;
    rooms.assertIn(conversationId, listener);
    rooms.tell(conversationId, 'typing', { conversationId, principal: listener.author, typing }, listener.id);
  }

  /** Nobody has read what nobody said yet. */
  async read(listener: ConnectionListener, conversationId: string, upTo: number): Promise<void> {
    const seq = await this.parts.store.markRead(listener.principalId, conversationId, upTo);
    const data = { conversationId, principal: listener.author, seq };
    this.parts.rooms.tell(conversationId, 'read', data, listener.id);
  }

  async presence(listener: ConnectionListener, conversationId: string): Promise<ChatServerEvents['presence']> {
    const conversation = await this.parts.store.get(listener.principalId, conversationId);
    const members = await this.parts.presence.of(conversation);
    return { conversationId, members: members.filter(({ principal: { id } }) => !listener.blocked.has(id)) };
  }

  private async change(
    { principalId }: ConnectionListener,
    conversationId: string,
    draft: Extract<EntryDraft, { of: string }>,
  ): Promise<Ack> {
    const entry: Entry = await this.parts.store.append(principalId, conversationId, draft, randomUUID());
    return { conversationId, id: draft.of, seq: entry.seq };
  }

  /** Older front ends join nothing: who speaks in the own conversation of the session hears it. */
  private async ownConversation(listener: ConnectionListener): Promise<string> {
    const { store, rooms } = this.parts;
    const { id, head } = await store.own(listener.author, listener.label, this.parts.hostOf(listener.author.kind));
    if (!rooms.has(id, listener)) await this.enter(listener, id, async () => head);
    return id;
  }

  private async enter(listener: ConnectionListener, id: string, read: () => Promise<number>): Promise<void> {
    const { rooms } = this.parts;
    await rooms.enter(id, listener, async () => ({ head: await read(), isReached: true }));
    // It may have gone while the log was read, and nobody tells that a second time.
    if (!listener.connection.isOpen) rooms.leave(id, listener);
  }

  private async answer(listener: ConnectionListener, message: Message, ref: string | undefined): Promise<void> {
    const { answers, store } = this.parts;
    const { conversationId } = message;
    try {
      const conversation = await store.get(listener.principalId, conversationId);
      if (answers.isFor(conversation, message)) await answers.answer(listener.author, message);
    } catch (thrown) {
      const error = asParleyError(thrown);
      if (error.kind === 'fault') this.parts.report('an answer in a room failed', thrown);
      listener.connection.fail(error, ref);
    }
  }

  private tellPresence({ author, id }: ConnectionListener, conversationId: string, online: boolean): void {
    const data = { conversationId, members: [{ principal: author, online }] };
    this.parts.rooms.tell(conversationId, 'presence', data, id);
  }
}
