import type { BeforeApplicationShutdown } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayDisconnect,
} from '@nestjs/websockets';
import { AllowGuests, SocketAccess } from '@parley/auth';
import { CloseCode, ParleyError } from '@parley/errors';
import { AUDIO, voiceClientEvents } from '@parley/protocol';
import { nestedFrames, parseWire, type Connection } from '@parley/service-kit';
import type { Call } from '../call/call';
import { CallDesk } from '../call-desk';
import { ConnectionCaller } from './connection-caller';

/** `/ws/voice`: one call per connection. */
@WebSocketGateway({ path: '/ws/voice', frames: nestedFrames } as object)
@SocketAccess({ audience: 'voice' })
// Whether this service admits guests at all is its configuration (GUEST_VOICE); by default it does not.
@AllowGuests()
export class VoiceGateway implements OnGatewayDisconnect<Connection>, BeforeApplicationShutdown {
  private readonly calls = new Map<Connection, Call>();

  constructor(private readonly desk: CallDesk) {}

  @SubscribeMessage('callStart')
  async callStart(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): Promise<void> {
    const start = parseWire(voiceClientEvents.callStart, body ?? {});
    if (this.calls.has(connection))
      throw new ParleyError('invalid_frame', { message: 'A call has already begun on this connection' });
    const caller = new ConnectionCaller(connection, start.audio);
    const { call, conversationId } = await this.desk.begin(connection.principal!, start, caller);
    if (!connection.isOpen) return void call.end('disconnected');
    this.calls.set(connection, call);
    connection.onBinary = (frame) => hear(connection, call, frame);
    connection.send(
      'callReady',
      {
        callId: call.id,
        conversationId,
        resumed: false,
        audio: {
          mode: start.audio,
          input: { sampleRateHertz: AUDIO.inputSampleRateHz },
          output: { sampleRateHertz: AUDIO.outputSampleRateHz },
        },
      },
      connection.currentRef,
    );
    void call.ended.then((end) => this.callEnded(connection, call, end));
  }

  @SubscribeMessage('audioInput')
  audioInput(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): void {
    const { content } = parseWire(voiceClientEvents.audioInput, body);
    hear(connection, this.callOf(connection), Buffer.from(content, 'base64'));
  }

  @SubscribeMessage('textInput')
  textInput(@ConnectedSocket() connection: Connection, @MessageBody() body: unknown): void {
    const { content } = parseWire(voiceClientEvents.textInput, body);
    this.callOf(connection).type(content);
  }

  @SubscribeMessage('callEnd')
  async callEnd(@ConnectedSocket() connection: Connection): Promise<void> {
    await this.callOf(connection).end('hangup');
  }

  handleDisconnect(connection: Connection): void {
    void this.calls.get(connection)?.end('disconnected');
  }

  /** Before the sockets are closed: every call ends in order and what was said is stored. */
  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.calls.values()].map((call) => call.end('restarting')));
  }

  private callOf(connection: Connection): Call {
    const call = this.calls.get(connection);
    if (!call) throw new ParleyError('invalid_frame', { message: 'No call has begun: say callStart first' });
    return call;
  }

  private callEnded(connection: Connection, call: Call, { reason, durationMs }: Awaited<Call['ended']>): void {
    this.calls.delete(connection);
    connection.onBinary = undefined;
    if (call.failed) connection.fail(call.failed, undefined);
    connection.send('callEnded', { reason, durationMs, usage: call.usage });
    if (reason === 'model_failed') connection.close(CloseCode.tryLater, call.failed?.message);
    else if (reason === 'hangup') connection.close(CloseCode.done, 'Call ended');
    // 'restarting' is closed by the socket edge, with 1012.
  }
}

/** The hot path: checks that cost nothing, no copy, no await. */
function hear(connection: Connection, call: Call, frame: Buffer): void {
  if (frame.length < AUDIO.bytesPerSample || frame.length % AUDIO.bytesPerSample !== 0) {
    connection.fail(
      new ParleyError('invalid_frame', { message: 'Audio must be PCM16: an even number of bytes, at least 2' }),
    );
    return;
  }
  call.hear(frame);
}
