import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReplicaProcess } from './replica-process';

/**
 * What CloudFront, a signed function URL and Lambda do to a request, as far as a service can tell: `Authorization` is
 * overwritten and the viewer's moved aside, a body without its hash is refused, an answer without a body hangs, the service
 * never hears that a viewer left, and its process stands still between two requests.
 */
export class LambdaStandIn {
  private busy = 0;
  private readonly server = createServer((request, response) => void this.pass(request, response));

  constructor(private readonly service: ReplicaProcess) {}

  async start(): Promise<this> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.service.signal('SIGSTOP');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.service.signal('SIGCONT');
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const hash = createHash('sha256').update(body).digest('hex');
    if (request.method === 'POST' && request.headers['x-amz-content-sha256'] !== hash) {
      return void response.writeHead(403).end('{"message":"SignatureDoesNotMatch"}');
    }
    const { authorization, host: _, connection: __, ...headers } = request.headers;
    this.thaw();
    const upstream = send(
      this.service.url + (request.url ?? ''),
      {
        method: request.method,
        agent: false,
        headers: {
          ...headers,
          authorization: 'AWS4-HMAC-SHA256 Credential=edge/20261125/us-east-1/lambda/aws4_request',
          ...(authorization === undefined ? {} : { 'x-forwarded-authorization': authorization }),
        },
      },
      (answer) => {
        // A streamed response without a body never reaches the viewer.
        if (answer.statusCode === 204) return void answer.resume().on('end', () => this.freeze());
        if (!response.destroyed) response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.on('data', (chunk) => void (response.destroyed || response.write(chunk)));
        answer.on('end', () => {
          this.freeze();
          response.end();
        });
      },
    );
    upstream.end(body);
  }

  private thaw(): void {
    if ((this.busy += 1) === 1) this.service.signal('SIGCONT');
  }

  private freeze(): void {
    if ((this.busy -= 1) === 0) this.service.signal('SIGSTOP');
  }
}
