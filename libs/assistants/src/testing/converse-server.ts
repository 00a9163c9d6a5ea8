import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { corrupt, event, exception } from './frames';

/** A request to `ConverseStream`, or `Converse`, as the server has seen it. */
export interface SeenRequest {
  model: string;
  headers: IncomingMessage['headers'];
  body: {
    system?: { text: string }[];
    messages: { role: string; content: Record<string, unknown>[] }[];
    inferenceConfig?: { maxTokens?: number };
    toolConfig?: { tools: { toolSpec: { name: string; inputSchema: { json: Record<string, unknown> } } }[] };
  };
}

/** Answers one request. */
export type Reply = (exchange: Exchange) => void | Promise<void>;

/** The answer to one request, written frame by frame. */
export class Exchange {
  readonly closed: Promise<void>;

  constructor(
    readonly request: SeenRequest,
    private readonly response: ServerResponse,
  ) {
    this.closed = new Promise((resolve) => response.on('close', resolve));
  }

  event(name: string, payload: object): this {
    return this.raw(event(name, payload));
  }

  exception(name: string, message: string): this {
    return this.raw(exception(name, { message }));
  }

  text(...pieces: string[]): this {
    for (const text of pieces) this.event('contentBlockDelta', { contentBlockIndex: 0, delta: { text } });
    return this;
  }

  toolUse(toolUseId: string, name: string, input: string): this {
    this.event('contentBlockStart', { contentBlockIndex: 1, start: { toolUse: { toolUseId, name } } });
    this.event('contentBlockDelta', { contentBlockIndex: 1, delta: { toolUse: { input } } });
    return this.event('contentBlockStop', { contentBlockIndex: 1 });
  }

  /** Everything that comes after the content of a whole answer. */
  end(stopReason = 'end_turn', usage: object | undefined = { inputTokens: 7, outputTokens: 3, totalTokens: 10 }): void {
    this.event('contentBlockStop', { contentBlockIndex: 0 }).event('messageStop', { stopReason });
    if (usage !== undefined) this.event('metadata', { usage, metrics: { latencyMs: 1 } });
    this.hangUp();
  }

  /** Ends the response as HTTP wants it, whatever was sent. */
  hangUp(): void {
    this.response.end();
  }

  /** Breaks the connection off once what was written has left. */
  reset(): void {
    this.response.write('', () => this.response.socket?.resetAndDestroy());
  }

  corrupt(): this {
    return this.raw(corrupt());
  }

  raw(bytes: Uint8Array): this {
    if (!this.response.headersSent) {
      this.response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' });
    }
    this.response.write(bytes);
    return this;
  }

  /** The answer to `Converse`, which is no stream. */
  whole(text: string): void {
    const output = { message: { role: 'assistant', content: [{ text }] } };
    const usage = { inputTokens: 7, outputTokens: 3, totalTokens: 10 };
    const body = JSON.stringify({ output, stopReason: 'end_turn', usage });
    this.response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  }

  refuse(status: number, type: string, message: string): void {
    // The SDK waits two seconds before it tries again unless it is told another time.
    const headers = { 'content-type': 'application/json', 'x-amzn-errortype': type, 'retry-after-ms': '1' };
    this.response.writeHead(status, headers).end(JSON.stringify({ message }));
  }
}

/** Bedrock's `ConverseStream` and `Converse` over HTTP/1.1, answering as each test says. A request that no reply is left for is refused. */
export class ConverseServer {
  readonly requests: SeenRequest[] = [];
  private replies: Reply[] = [];
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** One reply for each request to come. */
  reply(...replies: Reply[]): void {
    this.replies = replies;
    this.requests.length = 0;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const model = /^\/model\/([^/]+)\/converse(?:-stream)?$/.exec(request.url ?? '')?.[1] ?? '';
    const body = JSON.parse(Buffer.concat(chunks).toString()) as SeenRequest['body'];
    const seen = { model: decodeURIComponent(model), headers: request.headers, body };
    this.requests.push(seen);
    const exchange = new Exchange(seen, response);
    const reply = this.replies.shift();
    if (reply === undefined) exchange.refuse(400, 'ValidationException', 'unexpected request');
    else await reply(exchange);
  }
}
