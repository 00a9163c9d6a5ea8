import { Body, Controller, Get, Module, Post, Res } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AllowGuests,
  AuthModule,
  CurrentPrincipal,
  Public,
  Roles,
  Scopes,
  SocketAccess,
  memorySessions,
  type AuthOptions,
  type Principal,
} from '@parley/auth';
import { startTestPool, type TestPool } from '@parley/auth/testing';
import { ParleyError } from '@parley/errors';
import type { Response } from 'express';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { authReport } from '../auth-report';
import { createLogger } from '../logging/logger';
import { LogCapture } from './log-capture';
import type { Connection } from '../socket/connection';
import { nestedFrames } from '../socket/frame-codec';
import type { LifeWatchOptions } from '../socket/life-watch';
import { startService, type ServiceOptions } from '../run-service';

const echoSchema = z.object({ text: z.string().max(10) });

@Controller('api')
class ExampleController {
  @Get('closed')
  closed(@CurrentPrincipal() principal: Principal) {
    seen.push(`closed to ${principal.id}`);
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
  @Get('scoped')
  @Scopes('talk')
  scoped() {
    return {};
  }
  @Get('guests')
  @AllowGuests()
  guests(@CurrentPrincipal() { kind, id }: Principal) {
    return { kind, id };
  }
  @Post('guests')
  @AllowGuests()
  changedByGuest(@CurrentPrincipal() { id }: Principal) {
    seen.push(`changed by ${id}`);
    return { id };
  }
  @Post('echo')
  echo(@Body({ schema: echoSchema }) body: z.output<typeof echoSchema>) {
    return body;
  }
  @Post('done')
  done() {
    return {};
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

/** Tests send more at once than people do; the limits have tests of their own. */
const MANY = { perSecond: 1_000, burst: 1_000 };

@WebSocketGateway({ path: '/ws/example', limits: MANY } as object)
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

/** Tickets and guests open it; one handler does not want guests. */
@WebSocketGateway({ path: '/ws/guests' })
@SocketAccess({ audience: 'chat' })
@AllowGuests()
class GuestGateway {
  handleConnection(connection: Connection) {
    const { principal, facts } = connection;
    seen.push(`connected ${principal?.id}`);
    connection.send('welcome', {
      kind: principal?.kind,
      id: principal?.id,
      label: facts.label,
      session: facts.guestSession,
    });
  }
  @SubscribeMessage('users')
  @AllowGuests(false)
  users() {
    return { event: 'users', data: {} };
  }
}

@WebSocketGateway({ path: '/ws/id' })
@SocketAccess({ uses: ['access', 'id'] })
class IdTokenGateway {}

@WebSocketGateway({ path: '/ws/admins' })
@Roles('admins')
class AdminGateway {}

@WebSocketGateway({ path: '/ws/open', frames: nestedFrames } as object)
@Public()
class OpenGateway {
  @SubscribeMessage('hello')
  hello() {
    return { event: 'hello', data: {} };
  }
}

export const ORIGIN = 'https://app.example.com';
/** An allowed origin that is not the product's own. */
export const PARTNER = 'https://partner.example';
/** Each caller has an address of its own where a test says so: refusals are counted by it. */
export const ADDRESS_HEADER = 'cloudfront-viewer-address';
export const GUEST_KEY = 'the-key-that-signs-guest-sessions-in-tests';

export type Example = Awaited<ReturnType<typeof startExample>>;

/** A service with gateways and routes of every mark, on free ports, with a pool of its own unless one is given. */
export async function startExample(
  options: Partial<AuthOptions> & {
    pool?: TestPool;
    life?: LifeWatchOptions;
    config?: Partial<ServiceOptions['config']>;
    telling?: ServiceOptions['telling'];
  } = {},
) {
  const { pool: shared, life, config, telling, ...auth } = options;
  const pool = shared ?? (await startTestPool());
  const destination = new LogCapture();
  const logger = createLogger({ name: 'example', level: 'trace', destination });
  const metrics = new Registry();

  @Module({
    imports: [
      AuthModule.forRoot({
        issuer: pool.issuer,
        clientIds: [pool.clientId],
        allowedOrigins: [ORIGIN, PARTNER],
        ownOrigins: [ORIGIN],
        addressHeader: ADDRESS_HEADER,
        guests: { keys: [GUEST_KEY] },
        sessions: memorySessions(),
        ...authReport(logger, metrics),
        ...auth,
      }),
    ],
    controllers: [ExampleController],
    providers: [ExampleGateway, OpenGateway, GuestGateway, IdTokenGateway, AdminGateway],
  })
  class ExampleModule {}

  const service = await startService({
    name: 'example',
    module: ExampleModule,
    config: { PORT: 0, ADMIN_PORT: 0, HOST: '127.0.0.1', ...config },
    logger,
    metrics,
    bodyLimits: [
      { path: '/api/echo', bytes: 1_000 },
      { path: '/api/done', bytes: 4 << 20 },
    ],
    ...(life ? { life } : {}),
    ...(telling ? { telling } : {}),
  });
  return {
    service,
    pool,
    url: `http://127.0.0.1:${service.port}`,
    ws: `ws://127.0.0.1:${service.port}`,
    log: () => destination.text,
    async close() {
      await service.stop();
      if (!shared) await pool.close();
    },
  };
}
