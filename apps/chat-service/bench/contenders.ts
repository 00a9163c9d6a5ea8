import 'reflect-metadata';
import { subscribe } from 'node:diagnostics_channel';
import { createServer, request as send, type ClientRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { LIMITS } from '@parley/protocol';
import { createLogger, readConfig, startService } from '@parley/service-kit';
import {
  convertToModelMessages,
  pipeUIMessageStreamToResponse,
  streamText,
  toUIMessageStream,
  type UIMessage,
} from 'ai';
import { Registry } from 'prom-client';
import { AppModule } from '../src/app.module';
import { chatConfigSchema } from '../src/config';
import { clock, type Span } from './processes';

const MODEL = '/model/amazon.nova-lite-v1%3A0/converse-stream';

async function bodyOf(request: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function listen(server: ReturnType<typeof createServer>): Promise<string> {
  server.keepAliveTimeout = 600_000;
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)),
  );
}

/** (a) What it costs to pass the provider's bytes through Node, without a look at them. */
export const startPipe = (providerUrl: string): Promise<string> =>
  listen(
    createServer((request, response) => {
      const upstream = send(providerUrl + MODEL, { method: 'POST' }, (answer) => {
        response.writeHead(200, { 'content-type': 'application/octet-stream' });
        answer.pipe(response);
      });
      request.pipe(upstream);
    }),
  );

/** (b) The server of the AI SDK's own documentation: nothing is kept, nobody is asked who he is. */
export function startSdk(providerUrl: string): Promise<string> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const bedrock = createAmazonBedrock({ region: 'us-east-1', baseURL: providerUrl, ...credentials });
  return listen(
    createServer(async (request, response) => {
      const { messages } = JSON.parse((await bodyOf(request)).toString()) as { messages: UIMessage[] };
      const result = streamText({
        model: bedrock('amazon.nova-lite-v1:0'),
        messages: await convertToModelMessages(messages),
      });
      await pipeUIMessageStreamToResponse({ response, stream: toUIMessageStream({ stream: result.stream }) });
    }),
  );
}

/** (c) This service as it is deployed: authorisation, quota, the log in DynamoDB; with or without Valkey. */
export async function startParley(environment: Record<string, string>): Promise<string> {
  const config = await readConfig(chatConfigSchema, environment);
  const destination = new Writable({ write: (_chunk, _encoding, done) => done() });
  const logger = createLogger({ name: 'bench', level: 'info', destination });
  const metrics = new Registry();
  const service = await startService({
    name: 'chat-service',
    module: AppModule.with(config, logger, metrics),
    config,
    logger,
    metrics,
    bodyLimits: [{ path: '/api/chat', bytes: LIMITS.chatBody }],
  });
  return `http://127.0.0.1:${service.port}`;
}

/** When this process waits for DynamoDB, from now on: over undici, by which single items are asked for, and over `node:http`. */
export function watchStore(): Span[] {
  const waits: Span[] = [];
  const sent = new WeakMap<object, number>();
  const isToStore = (request: ClientRequest | { headers: string[] }) =>
    'hasHeader' in request ? request.hasHeader('x-amz-target') : request.headers.includes('x-amz-target');
  const begin = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    if (isToStore(request)) sent.set(request, clock());
  };
  const end = (message: unknown) => {
    const from = sent.get((message as { request: object }).request);
    if (from !== undefined) waits.push([from, clock()]);
  };
  for (const name of ['http.client.request.start', 'undici:request:create']) subscribe(name, begin);
  for (const name of ['http.client.response.finish', 'undici:request:trailers']) subscribe(name, end);
  return waits;
}
