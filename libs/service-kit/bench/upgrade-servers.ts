import { createPublicKey, createVerify, type JsonWebKey } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { WebSocketGateway } from '@nestjs/websockets';
import { AuthModule, memorySessions } from '@parley/auth';
import { Registry } from 'prom-client';
import { WebSocketServer } from 'ws';
import { authReport } from '../src/auth-report';
import { createLogger } from '../src/logging/logger';
import { startService } from '../src/run-service';

export interface PoolFacts {
  issuer: string;
  clientId: string;
}

/** The header in which the hop before tells the caller's address. */
export const ADDRESS = 'cloudfront-viewer-address';

@WebSocketGateway({ path: '/ws' })
class Gateway {}

/** The baseline: admits everybody. */
async function bare(): Promise<number> {
  const server = createServer();
  new WebSocketServer({ server, perMessageDeflate: false });
  return listen(server);
}

/** The least that a token costs that nobody knows: its signature, and nothing that it says. */
async function signatureAlone({ issuer }: PoolFacts): Promise<number> {
  const { keys } = (await (await fetch(`${issuer}/.well-known/jwks.json`)).json()) as { keys: [JsonWebKey] };
  const key = createPublicKey({ key: keys[0], format: 'jwk' });
  const server = createServer();
  new WebSocketServer({
    server,
    perMessageDeflate: false,
    verifyClient: ({ req }: { req: IncomingMessage }) => {
      const [, offered = ''] = req.headers['sec-websocket-protocol']!.split(', bearer.');
      const dot = offered.lastIndexOf('.');
      return createVerify('RSA-SHA256')
        .update(offered.slice(0, dot))
        .verify(key, offered.slice(dot + 1), 'base64url');
    },
  });
  return listen(server);
}

/** What the framework takes by itself: a gateway behind Nest's own adapter, open to everybody. */
async function nest(): Promise<number> {
  @Module({ providers: [Gateway] })
  class Open {}
  const app = await NestFactory.create(Open, { logger: false });
  app.useWebSocketAdapter(new WsAdapter(app));
  await app.listen(0, '127.0.0.1');
  return portOf(app.getHttpServer() as Server);
}

/** A service as it is deployed: admitted handshakes are counted and not logged, refused ones are both. */
async function parley({ issuer, clientId }: PoolFacts): Promise<number> {
  const metrics = new Registry();
  const logger = createLogger({
    name: 'bench',
    level: 'info',
    destination: new Writable({ write: (_chunk, _encoding, done) => done() }),
  });
  @Module({
    imports: [
      AuthModule.forRoot({
        issuer,
        clientIds: [clientId],
        allowedOrigins: ['https://app.example.com'],
        addressHeader: ADDRESS,
        sessions: memorySessions(),
        connections: { perPrincipal: 10_000 },
        ...authReport(logger, metrics),
      }),
    ],
    providers: [Gateway],
  })
  class Closed {}
  const config = { PORT: 0, ADMIN_PORT: 0, HOST: '127.0.0.1' };
  return (await startService({ name: 'bench', module: Closed, config, logger, metrics })).port;
}

export const SERVERS = { bare, signatureAlone, nest, parley };

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return portOf(server);
}
