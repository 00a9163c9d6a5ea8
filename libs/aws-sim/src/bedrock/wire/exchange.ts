import { randomUUID } from 'node:crypto';
import { Http2ServerResponse, constants } from 'node:http2';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { AwsException } from './aws-exception';
import type { Request, Response } from './two-protocol-server';

const LARGEST_BODY = 25 << 20;

/** One request and its answer, the same over both protocols. */
export class Exchange {
  readonly requestId = randomUUID();
  readonly protocol: 'h2' | 'http/1.1';
  /** Aborted when the client goes away before the answer is complete. */
  readonly cancelled: AbortSignal;
  private ended = false;

  constructor(
    readonly request: Request,
    readonly response: Response,
  ) {
    this.protocol = response instanceof Http2ServerResponse ? 'h2' : 'http/1.1';
    const controller = new AbortController();
    this.cancelled = controller.signal;
    const onClose = () => {
      if (!this.ended) controller.abort();
      this.ended = true;
    };
    response.on('close', onClose);
    response.on('error', onClose);
    request.on('error', onClose);
    request.on('aborted', onClose);
  }

  get method(): string {
    return this.request.method ?? 'GET';
  }

  /** Path as received, percent-encoded, without the query. */
  get path(): string {
    return (this.request.url ?? '/').split('?')[0] as string;
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  }

  /** True when nothing more can be written. */
  get closed(): boolean {
    return this.ended || this.response.destroyed === true;
  }

  /** @throws AwsException when it is not a JSON object or is too large */
  async readJson(): Promise<Record<string, unknown>> {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of this.request as Readable) {
      length += part.length;
      if (length > LARGEST_BODY) throw new AwsException('ValidationException', 'Input is too long.');
      parts.push(part);
    }
    try {
      const body: unknown = JSON.parse(Buffer.concat(parts).toString('utf8'));
      if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
    } catch {
      // Answered below, as any other body that is not an object.
    }
    throw new AwsException('SerializationException', 'The request body is not a JSON object.');
  }

  start(status: number, headers: Record<string, string>): void {
    if (this.closed || this.response.headersSent) return;
    // Without it the SDK corrects its clock by our seconds, and the dates of its frames step back.
    this.response.sendDate = false;
    const response = this.response as ServerResponse;
    response.writeHead(status, { 'x-amzn-requestid': this.requestId, ...headers });
    response.flushHeaders();
  }

  /** Writes and waits until there is room for more, or nobody left to read it. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.closed) return;
    const response = this.response as ServerResponse;
    if (response.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        response.off('drain', done);
        response.off('close', done);
        resolve();
      };
      response.on('drain', done);
      response.on('close', done);
    });
  }

  end(): void {
    if (this.closed) return;
    this.ended = true;
    this.response.end();
  }

  json(status: number, body: unknown, headers: Record<string, string> = {}): void {
    this.start(status, { 'content-type': 'application/json', ...headers });
    if (this.closed) return;
    this.ended = true;
    (this.response as ServerResponse).end(JSON.stringify(body));
  }

  refuse(error: AwsException): void {
    this.json(
      error.status,
      { message: error.message },
      {
        'x-amzn-errortype': error.type,
        ...(error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) }),
      },
    );
  }

  /** RST_STREAM, or a reset of the connection where there are no streams. */
  reset(): void {
    this.ended = true;
    if (this.response instanceof Http2ServerResponse) this.response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else (this.request.socket as Socket).resetAndDestroy();
  }

  /** The connection is gone, with everything on it. */
  drop(): void {
    this.ended = true;
    if (this.response instanceof Http2ServerResponse) this.response.stream.session?.destroy();
    else this.request.socket?.destroy();
  }

  /** GOAWAY without an error; what is open goes on. HTTP/1.1 knows no such thing. */
  goAway(): void {
    if (this.response instanceof Http2ServerResponse) this.response.stream.session?.goaway(constants.NGHTTP2_NO_ERROR);
  }
}
