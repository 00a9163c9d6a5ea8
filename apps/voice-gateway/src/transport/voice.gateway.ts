import type { BeforeApplicationShutdown } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayDisconnect,
} from '@nestjs/websockets';
import { AllowGuests, SocketAccess } from '@parley/auth';
import { ParleyError } from '@parley/errors';
import { AUDIO, LIMITS, voiceClientEvents, type CallStart } from '@parley/protocol';
import { parseWire, type Connection, type FrameLimits, type GatewayOptions } from '@parley/service-kit';
import { CallDesk, type Seat } from '../call-desk';
import { ClientOrder } from '../call/compatible/client-order';
import { CompatibleCaller } from './compatible-caller';
import { ConnectionCaller } from './connection-caller';
import { novaFrames } from './nova-frames';
import { Seats } from './seats';

/** Audio has an allowance of its own; a compatible client's history comes at once, before its audio. */
const CALL_FRAMES: FrameLimits = { perSecond: 20, burst: 60, firstBurst: 200, free: ['audioInput'] };
const CALLS: Omit<GatewayOptions, 'path'> = { frames: novaFrames, limits: CALL_FRAMES, waits: true };

/**
 * `/ws/voice`: one call per connection, which it may outlive. The first event decides how the two speak: `callStart`
 * (managed), or `sessionStart` for front ends that write Nova Sonic's own events (compatible).
 */
@WebSocketGateway({ path: '/ws/voice', ...CALLS } as object)
@SocketAccess({ audience: 'voice' })
// Whether this service admits guests at all is its configuration (GUEST_VOICE); by default it does not.
@AllowGuests()
export class VoiceGateway implements OnGatewayDisconnect<Connection>, BeforeApplicationShutdown {
  private readonly orders = new WeakMap<Connection, ClientOrder>();

  constructor(
    private readonly desk: CallDesk,
    private readonly seats: Seats,
  ) {}

  @SubscribeMessage('callStart')
  async callStart(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): Promise<void> {
    const start = parseWire(voiceClientEvents.callStart, body ?? {});
    if (this.seats.has(connection) || this.orders.has(connection))
      throw new ParleyError('invalid_frame', { message: 'A call has already begun on this connection' });
    const seat = await this.seat(connection, start);
    if (!seat) return;
    const { call, conversationId, resumed, isKept } = seat;
    connection.send(
      'callReady',
      {
        callId: call.id,
        conversationId,
        resumed: resumed !== undefined,
        kept: isKept,
        ...(resumed === 'here' ? { heardMs: call.heardMs } : {}),
        audio: {
          mode: start.audio,
          input: { sampleRateHertz: AUDIO.inputSampleRateHz },
          output: { sampleRateHertz: AUDIO.outputSampleRateHz },
        },
      },
      connection.currentRef,
    );
    const caller = new ConnectionCaller(connection, start.audio);
    this.seats.take(connection, call, caller, { resumed: resumed !== undefined, resumable: true });
  }

  @SubscribeMessage('audioInput')
  audioInput(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): void {
    const order = this.orders.get(connection);
    if (order) order.accept('audioInput', body);
    this.seats.hear(connection, decodeAudio((body as { content?: unknown } | null)?.content));
  }

  @SubscribeMessage('textInput')
  textInput(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): void {
    const order = this.orders.get(connection);
    if (order) return void order.accept('textInput', body);
    const { content } = parseWire(voiceClientEvents.textInput, body);
    this.seats.callOf(connection).type(content);
  }

  @SubscribeMessage('ping')
  ping(@ConnectedSocket() connection: Connection): void {
    connection.send('pong', {}, connection.currentRef);
  }

  @SubscribeMessage('callEnd')
  async callEnd(@ConnectedSocket() connection: Connection): Promise<void> {
    await this.seats.callOf(connection).end('hangup');
  }

  @SubscribeMessage('sessionStart')
  sessionStart(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): void {
    if (this.seats.has(connection) || this.orders.has(connection))
      throw new ParleyError('invalid_frame', { message: 'sessionStart comes first, and once' });
    const order = new ClientOrder();
    order.accept('sessionStart', body);
    this.orders.set(connection, order);
  }

  @SubscribeMessage('promptStart')
  promptStart(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): void {
    this.orderOf(connection).accept('promptStart', body);
  }

  @SubscribeMessage('contentStart')
  async contentStart(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): Promise<void> {
    const meaning = this.orderOf(connection).accept('contentStart', body);
    if (meaning.kind !== 'begin') return;
    const { promptName, voiceId } = meaning;
    const { data } = voiceClientEvents.callStart.safeParse({ audio: 'json', ...(voiceId ? { voiceId } : {}) });
    const seat = await this.seat(connection, data ?? { audio: 'json' });
    if (!seat) return;
    const caller = new CompatibleCaller(connection, promptName);
    this.seats.take(connection, seat.call, caller, { resumed: false, resumable: false });
  }

  @SubscribeMessage('contentEnd')
  contentEnd(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): void {
    const meaning = this.orderOf(connection).accept('contentEnd', body);
    if (meaning.kind === 'typed') this.seats.callOf(connection).type(meaning.text);
  }

  @SubscribeMessage('toolResult')
  toolResult(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): void {
    this.orderOf(connection).accept('toolResult', body);
  }

  @SubscribeMessage('promptEnd')
  promptEnd(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): void {
    this.orderOf(connection).accept('promptEnd', body);
  }

  @SubscribeMessage('sessionEnd')
  async sessionEnd(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): Promise<void> {
    this.orderOf(connection).accept('sessionEnd', body);
    await this.seats.callOf(connection).end('hangup');
  }

  handleDisconnect(connection: Connection): void {
    this.seats.leave(connection);
  }

  /** Before the sockets are closed: every call ends here in order, and its caller is told to go on elsewhere. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.seats.move(this.desk.live);
    await this.desk.stop();
  }

  /**
   * Whoever cannot have a call now is told why and when to come back, and let go: nobody who waits for a line holds one of the
   * connections of this process.
   *
   * @throws ParleyError where waiting would not help
   */
  private async seat(connection: Connection, start: CallStart): Promise<Seat | undefined> {
    try {
      return await this.desk.seat(connection.principal!, start);
    } catch (error) {
      if (!(error instanceof ParleyError) || error.kind !== 'unavailable') throw error;
      connection.end(error, connection.currentRef);
      return undefined;
    }
  }

  private orderOf(connection: Connection): ClientOrder {
    const order = this.orders.get(connection);
    if (!order) throw new ParleyError('invalid_frame', { message: 'No session has begun: say sessionStart first' });
    return order;
  }
}

/**
 * The same at the address that older front ends know, for the tokens that they send: ID tokens too, in the URL.
 */
@WebSocketGateway({ path: '/ws/nova-sonic-backend', ...CALLS } as object)
@SocketAccess({ audience: 'voice', uses: ['access', 'id'] })
@AllowGuests()
export class NovaSonicBackendGateway extends VoiceGateway {
  constructor(desk: CallDesk, seats: Seats) {
    super(desk, seats);
  }
}

/**
 * No schema on the way of audio: base64 that is none decodes to another length than it says.
 *
 * @throws ParleyError `invalid_frame`, `too_large`
 */
function decodeAudio(content: unknown): Buffer {
  if (typeof content === 'string' && content.length % 4 === 0) {
    const padding = content.endsWith('==') ? 2 : content.endsWith('=') ? 1 : 0;
    const bytes = Buffer.from(content, 'base64');
    // What fits into a text frame is more than a binary one may hold.
    if (bytes.length > LIMITS.binaryFrame) throw new ParleyError('too_large');
    if (bytes.length === (content.length / 4) * 3 - padding) return bytes;
  }
  throw new ParleyError('invalid_frame', { message: 'audioInput wants `content`: PCM16 in base64' });
}
