import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A provider that streams JSON as Server-Sent Events, answering as the test says. */
export class SseServer {
  /** In place of an event: the connection breaks. */
  static readonly CUT = 'cut';
  /** In place of an event: nothing more comes. */
  static readonly STALL = 'stall';
  requests: { path: string; headers: IncomingMessage['headers']; body: Record<string, unknown> }[] = [];
  private events: readonly (object | string)[] = [];
  private readonly server = createServer((request, response) => void this.answer(request, response));

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The events of the answer to the next request; a string goes out as it is. */
  reply(...events: (object | string)[]): void {
    this.events = events;
    this.requests = [];
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    this.requests.push({ path: request.url ?? '', headers: request.headers, body });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of this.events) {
      if (event === SseServer.STALL) return;
      if (event === SseServer.CUT) return void response.write('', () => response.socket?.resetAndDestroy());
      response.write(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);
    }
    response.end();
  }
}
