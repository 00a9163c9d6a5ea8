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
import { AUDIO, voiceClientEvents } from '@parley/protocol';
import { nestedFrames, parseWire, type Connection } from '@parley/service-kit';
import { CallDesk } from '../call-desk';
import { ConnectionCaller } from './connection-caller';
import { Seats } from './seats';

/** `/ws/voice`: one call per connection, which it may outlive. */
@WebSocketGateway({ path: '/ws/voice', frames: nestedFrames } as object)
@SocketAccess({ audience: 'voice' })
// Whether this service admits guests at all is its configuration (GUEST_VOICE); by default it does not.
@AllowGuests()
export class VoiceGateway implements OnGatewayDisconnect<Connection>, BeforeApplicationShutdown {
  constructor(
    private readonly desk: CallDesk,
    private readonly seats: Seats,
  ) {}

  @SubscribeMessage('callStart')
  async callStart(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): Promise<void> {
    const start = parseWire(voiceClientEvents.callStart, body ?? {});
    if (this.seats.has(connection))
      throw new ParleyError('invalid_frame', { message: 'A call has already begun on this connection' });
    const { call, conversationId, resumed } = await this.desk.seat(connection.principal!, start);
    connection.send(
      'callReady',
      {
        callId: call.id,
        conversationId,
        resumed: resumed !== undefined,
        ...(resumed === 'here' ? { heardMs: call.heardMs } : {}),
        audio: {
          mode: start.audio,
          input: { sampleRateHertz: AUDIO.inputSampleRateHz },
          output: { sampleRateHertz: AUDIO.outputSampleRateHz },
        },
      },
      connection.currentRef,
    );
    this.seats.take(connection, call, new ConnectionCaller(connection, start.audio), {
      resumed: resumed !== undefined,
    });
  }

  @SubscribeMessage('audioInput')
  audioInput(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): void {
    this.seats.hear(connection, decodeAudio((body as { content?: unknown } | null)?.content));
  }

  @SubscribeMessage('textInput')
  textInput(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): void {
    const { content } = parseWire(voiceClientEvents.textInput, body);
    this.seats.callOf(connection).type(content);
  }

  @SubscribeMessage('callEnd')
  async callEnd(@ConnectedSocket() connection: Connection): Promise<void> {
    await this.seats.callOf(connection).end('hangup');
  }

  handleDisconnect(connection: Connection): void {
    this.seats.leave(connection);
  }

  /** Before the sockets are closed: every call ends here in order, and its caller is told to go on elsewhere. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.seats.move(this.desk.live);
    this.desk.stop();
  }
}

/**
 * No schema on the way of audio: base64 that is none decodes to another length than it says.
 *
 * @throws ParleyError `invalid_frame`
 */
function decodeAudio(content: unknown): Buffer {
  if (typeof content === 'string' && content.length % 4 === 0) {
    const padding = content.endsWith('==') ? 2 : content.endsWith('=') ? 1 : 0;
    const bytes = Buffer.from(content, 'base64');
    if (bytes.length === (content.length / 4) * 3 - padding) return bytes;
  }
  throw new ParleyError('invalid_frame', { message: 'audioInput wants `content`: PCM16 in base64' });
}
