import { randomUUID } from 'node:crypto';
import { Inject } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
} from '@nestjs/websockets';
import { AllowGuests, SocketAccess, type Principal } from '@parley/auth';
import type { ConversationStore, Rooms } from '@parley/conversations';
import { asParleyError } from '@parley/errors';
import { PROTOCOL_VERSION, chatClientEvents, type PublicPrincipal } from '@parley/protocol';
import { parseWire, type Connection } from '@parley/service-kit';
import { Authors } from '../chat/authors';
import { CONVERSATIONS } from '../ports';
import { BlockLists } from '../rooms/block-lists';
import { partsOf } from '../rooms/message-parts';
import { ChatDesk } from './chat-desk';
import { ConnectionListener } from './connection-listener';

/** `/ws/chat`: people talk to each other, and to an assistant among them. */
@WebSocketGateway({ path: '/ws/chat' })
@SocketAccess({ audience: 'chat' })
@AllowGuests()
export class ChatGateway implements OnGatewayConnection<Connection>, OnGatewayDisconnect<Connection> {
  private readonly listeners = new WeakMap<Connection, Promise<ConnectionListener>>();

  constructor(
    private readonly desk: ChatDesk,
    private readonly authors: Authors,
    private readonly blockLists: BlockLists,
    @Inject(CONVERSATIONS) private readonly rooms: Pick<ConversationStore & Rooms, 'findOwn'>,
  ) {}

  handleConnection(connection: Connection): void {
    const welcomed = this.welcome(connection);
    this.listeners.set(connection, welcomed);
    connection.greetFirst(welcomed);
    welcomed.catch((error: unknown) => connection.end(asParleyError(error)));
  }

  handleDisconnect(connection: Connection): void {
    this.desk.beside(async () => {
      const listener = await this.listeners.get(connection)?.catch(() => undefined);
      if (!listener) return;
      listener.release();
      await this.desk.left(listener);
    });
  }

  @SubscribeMessage('joinRoom')
  async joinRoom(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): Promise<void> {
    const { conversationId, after } = parseWire(chatClientEvents.joinRoom, body);
    await this.desk.join(await this.listener(connection), conversationId, after, connection.currentRef);
  }

  @SubscribeMessage('leaveRoom')
  async leaveRoom(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown) {
    const { conversationId } = parseWire(chatClientEvents.leaveRoom, body);
    this.desk.leave(await this.listener(connection), conversationId);
    return { event: 'left', data: { conversationId } };
  }

  @SubscribeMessage('sendMessage')
  async sendMessage(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown) {
    const { conversationId, clientId, ...said } = parseWire(chatClientEvents.sendMessage, body);
    const message = { conversationId, clientId, parts: partsOf(said) };
    const data = await this.desk.send(await this.listener(connection), message, connection.currentRef);
    return { event: 'ack', data };
  }

  @SubscribeMessage('history')
  async history(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): Promise<void> {
    const bounds = parseWire(chatClientEvents.history, body);
    await this.desk.history(await this.listener(connection), bounds, connection.currentRef);
  }

  @SubscribeMessage('typing')
  async typing(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): Promise<void> {
    const { conversationId, typing } = parseWire(chatClientEvents.typing, body);
    this.desk.typing(await this.listener(connection), conversationId, typing);
  }

  @SubscribeMessage('presence')
  async presence(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown) {
    const { conversationId } = parseWire(chatClientEvents.presence, body);
    return { event: 'presence', data: await this.desk.presence(await this.listener(connection), conversationId) };
  }

  @SubscribeMessage('read')
  async read(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): Promise<void> {
    const { conversationId, seq } = parseWire(chatClientEvents.read, body);
    await this.desk.read(await this.listener(connection), conversationId, seq);
  }

  @SubscribeMessage('edit')
  async edit(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown) {
    const { conversationId, id, text } = parseWire(chatClientEvents.edit, body);
    return { event: 'ack', data: await this.desk.edit(await this.listener(connection), conversationId, id, text) };
  }

  @SubscribeMessage('delete')
  async delete(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown) {
    const { conversationId, id } = parseWire(chatClientEvents.delete, body);
    return { event: 'ack', data: await this.desk.delete(await this.listener(connection), conversationId, id) };
  }

  private listener(connection: Connection): Promise<ConnectionListener> {
    return this.listeners.get(connection)!;
  }

  private async welcome(connection: Connection): Promise<ConnectionListener> {
    const principal = connection.principal!;
    const { label = '', guestSession } = connection.facts;
    const blockList = this.blockLists.hold(principal.id);
    const known = Promise.all([this.authors.of(principal), this.rooms.findOwn(principal.id, label), blockList.ready]);
    const [author, conversationId] = await known.catch((error: unknown) => {
      blockList.release();
      throw error;
    });
    connection.send('welcome', {
      principal: publicOf(principal, author.name),
      sessionId: label === '' ? randomUUID() : label,
      ...(guestSession === undefined ? {} : { session: guestSession }),
      ...(conversationId === undefined ? {} : { conversationId }),
      version: PROTOCOL_VERSION,
    });
    return new ConnectionListener(connection, author, label, blockList);
  }
}

const publicOf = ({ kind, id, username, groups, expiresAt }: Principal, name: string): PublicPrincipal => ({
  kind,
  id,
  ...(username === undefined ? {} : { username }),
  name,
  groups: [...groups],
  expiresAt: new Date(expiresAt).toISOString(),
});
