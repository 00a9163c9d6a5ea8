import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

/** One connection as the server has it: what it hears can be awaited in order. */
export class ServerConnection {
  private readonly heard: (Record<string, unknown> | Buffer)[] = [];
  private readonly waiting: (() => void)[] = [];
  /** When the client measured the line: not among what is heard, and answered by nobody. */
  readonly pings: string[] = [];

  constructor(
    readonly socket: WebSocket,
    readonly protocols: string[],
    readonly url: string,
  ) {
    socket.on('message', (data: Buffer, isBinary) => {
      const frame = isBinary ? undefined : (JSON.parse(data.toString()) as { event: object; ref?: string });
      if (frame !== undefined && 'ping' in frame.event) return void this.pings.push(frame.ref!);
      this.heard.push(frame === undefined ? data : (frame.event as Record<string, unknown>));
      this.waiting.shift()?.();
    });
  }

  /** The next frame: the `event` object of a text frame, or the bytes of a binary one. */
  async next(): Promise<Record<string, unknown> | Buffer> {
    if (this.heard.length === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.heard.shift()!;
  }

  say(name: string, body: object = {}): void {
    this.socket.send(JSON.stringify({ event: { [name]: body } }));
  }

  ready(facts: object = {}): void {
    this.say('callReady', {
      callId: 'call-1',
      conversationId: 'conversation-1',
      resumed: false,
      audio: { mode: 'binary', input: { sampleRateHertz: 16_000 }, output: { sampleRateHertz: 24_000 } },
      ...facts,
    });
  }

  speech(samples: number[]): void {
    this.socket.send(Buffer.from(Int16Array.from(samples).buffer));
  }
}

/** A server that speaks `/ws/voice` as a test dictates. */
export async function startVoiceServer() {
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: (offered) => (offered.has('parley.v1') ? 'parley.v1' : false),
  });
  await once(server, 'listening');
  const connections: ServerConnection[] = [];
  const waiting: (() => void)[] = [];
  server.on('connection', (socket, request) => {
    const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/);
    connections.push(new ServerConnection(socket, protocols, request.url ?? ''));
    waiting.shift()?.();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async connection(): Promise<ServerConnection> {
      if (connections.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      return connections.shift()!;
    },
    /** Ends every call that is up. */
    endCalls(): void {
      for (const client of server.clients)
        client.send('{"event":{"callEnded":{"reason":"restarting","durationMs":0}}}');
    },
    close: () =>
      new Promise<void>((resolve) => {
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
}
