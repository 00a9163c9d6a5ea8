import { Body, Controller, Get, Module, Post, Res } from '@nestjs/common';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AuthModule, CurrentPrincipal, Public, Roles, type Principal } from '@parley/auth';
import { startTestPool, type TestPool } from '@parley/auth/testing';
import { ParleyError } from '@parley/errors';
import type { Response } from 'express';
import { z } from 'zod';
import { createLogger } from '../logging/logger';
import { LogCapture } from './log-capture';
import type { Connection } from '../socket/connection';
import { nestedFrames } from '../socket/frame-codec';
import { startService, type RunningService } from '../run-service';

const echoSchema = z.object({ text: z.string().max(10) });

@Controller('api')
class ExampleController {
  @Get('closed')
  closed(@CurrentPrincipal() principal: Principal) {
    return { id: principal.id };
  }
  @Get('open')
  @Public()
  open() {
    return { open: true };
  }
  @Get('admins')
  @Roles('admins')
  admins() {
    return {};
  }
  @Post('echo')
  echo(@Body({ schema: echoSchema }) body: z.output<typeof echoSchema>) {
    return body;
  }
  @Get('broken')
  @Public()
  broken() {
    throw new Error('the database password is hunter2');
  }
  @Get('torn')
  @Public()
  torn(@Res() response: Response) {
    response.write('half');
    throw new Error('after the first byte');
  }
}

/** What the gateway saw, for assertions on what must not have happened. */
export const seen: string[] = [];
/** Handlers that wait for these are released by the test. */
export const gates = new Map<string, Promise<void>>();

@WebSocketGateway({ path: '/ws/example' })
class ExampleGateway {
  handleConnection(connection: Connection) {
    seen.push(`connected ${connection.principal?.id}`);
    connection.onBinary = (data) => {
      seen.push(`binary ${data.length}`);
      connection.sendBinary(data);
    };
  }
  handleDisconnect() {
    seen.push('disconnected');
  }
  @SubscribeMessage('echo')
  async echo(@MessageBody() body: { text: string; wait?: string }, @CurrentPrincipal() principal: Principal) {
    if (body.wait) await gates.get(body.wait);
    return { event: 'echoed', data: { text: body.text, by: principal.id } };
  }
  @SubscribeMessage('fail')
  fail() {
    throw new ParleyError('conversation_not_found');
  }
  @SubscribeMessage('bug')
  bug() {
    throw new Error('hunter2');
  }
  @SubscribeMessage('admins')
  @Roles('admins')
  admins(@ConnectedSocket() connection: Connection) {
    connection.send('welcome', {});
  }
}

@WebSocketGateway({ path: '/ws/open', frames: nestedFrames } as object)
@Public()
class OpenGateway {
  @SubscribeMessage('hello')
  hello() {
    return { event: 'hello', data: {} };
  }
}

/** A service with a closed gateway, an open one and a few routes, on free ports, with a pool of its own. */
export async function startExample(): Promise<{
  service: RunningService;
  pool: TestPool;
  url: string;
  ws: string;
  log: () => string;
  close(): Promise<void>;
}> {
  const pool = await startTestPool();
  const destination = new LogCapture();
  const logger = createLogger({ name: 'example', level: 'trace', destination });
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ region: 'eu-west-1', endpoint: 'http://127.0.0.1:1' }),
  );

  @Module({
    imports: [
      AuthModule.forRoot({
        issuer: pool.issuer,
        clientIds: [pool.clientId],
        allowedOrigins: ['https://app.example.com'],
        sessions: { client, table: 'sessions' },
        onDecision: (decision) => logger.info(decision, 'auth'),
      }),
    ],
    controllers: [ExampleController],
    providers: [ExampleGateway, OpenGateway],
  })
  class ExampleModule {}

  const service = await startService({
    name: 'example',
    module: ExampleModule,
    config: { PORT: 0, ADMIN_PORT: 0, HOST: '127.0.0.1' },
    logger,
    bodyLimits: [{ path: '/api/echo', bytes: 1_000 }],
  });
  return {
    service,
    pool,
    url: `http://127.0.0.1:${service.port}`,
    ws: `ws://127.0.0.1:${service.port}`,
    log: () => destination.text,
    async close() {
      await service.stop();
      await pool.close();
    },
  };
}
