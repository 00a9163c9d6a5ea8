import { Controller, Get, Module, Post, Sse, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { of } from 'rxjs';
import { memorySessions } from '../memory/index';
import type { Principal } from '../domain/principal';
import { ATTACKS, startTestPool, type TestPool } from '../testing';
import { AuthModule } from './auth.module';
import { AllowGuests, CurrentPrincipal, Public, Roles, Scopes } from './decorators';

const ORIGIN = 'https://app.example.com';
const seen: string[] = [];

@Controller()
class Routes {
  @Get('closed')
  closed(@CurrentPrincipal() { id, kind }: Principal) {
    seen.push(id);
    return { id, kind };
  }
  @Get('open')
  @Public()
  open(@CurrentPrincipal() principal: Principal | undefined) {
    return { somebody: principal !== undefined };
  }
  @Get('admins')
  @Roles('admins')
  admins() {
    return {};
  }
  @Get('talkers')
  @Scopes('talk')
  talkers() {
    return {};
  }
  @Get('guests')
  @AllowGuests()
  guests(@CurrentPrincipal() { kind }: Principal) {
    return { kind };
  }
  @Sse('events')
  events(@CurrentPrincipal() { id }: Principal) {
    seen.push(id);
    return of({ data: { id } });
  }
  @Post('changes')
  changes(@CurrentPrincipal() { id }: Principal) {
    seen.push(id);
    return { id };
  }
}

/** The library by itself, as its README shows it: no filter, no pipe and no middleware of ours. */
describe.each([
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
])('under %s', (_, adapter) => {
  let pool: TestPool;
  let app: INestApplication;
  let url: string;
  beforeAll(async () => {
    pool = await startTestPool();
    @Module({
      imports: [
        AuthModule.forRoot({
          issuer: pool.issuer,
          clientIds: [pool.clientId],
          allowedOrigins: [ORIGIN],
          sessions: memorySessions(),
        }),
      ],
      controllers: [Routes],
    })
    class AppModule {}
    const options = { logger: false, forceCloseConnections: true } as const;
    app = await NestFactory.create(AppModule as Type, adapter(), options);
    await app.listen(0, '127.0.0.1');
    url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  });
  afterAll(async () => {
    await app.close();
    await pool.close();
  });
  beforeEach(() => void (seen.length = 0));

  const get = (path: string, token?: string) =>
    fetch(`${url}/${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

  it('a route without a mark is closed, and open to a good token with its principal', async () => {
    const refused = await get('closed');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(refused.headers.get('content-type')).toMatch('application/problem+json');
    expect(await refused.json()).toMatchObject({ code: 'missing_token', kind: 'denied' });
    expect(seen).toEqual([]);
    const answer = await get('closed', await pool.mint({ sub: 'alice' }));
    expect([answer.status, await answer.json()]).toEqual([200, { id: 'alice', kind: 'user' }]);
    const post = await fetch(`${url}/changes`, { method: 'POST' });
    expect([post.status, seen]).toEqual([401, ['alice']]);
  });

  it('has read the keys before the first request comes', async () => {
    expect(pool.keyRequests()).toBe(1);
    expect((await get('closed', await pool.mint())).status).toBe(200);
    expect(pool.keyRequests()).toBe(1);
  });

  it('a stream of events is closed as any route, and opens to a good token', async () => {
    expect([(await get('events')).status, seen]).toEqual([401, []]);
    const stream = await get('events', await pool.mint({ sub: 'alice' }));
    expect([stream.headers.get('content-type'), await stream.text()]).toEqual([
      expect.stringMatching('text/event-stream'),
      expect.stringContaining('data: {"id":"alice"}'),
    ]);
  });

  it('a public one is open, also to a token that is not good', async () => {
    for (const token of [undefined, 'x.y.z']) {
      const answer = await get('open', token);
      expect([answer.status, await answer.json()]).toEqual([200, { somebody: false }]);
    }
  });

  it('roles and scopes are the token’s', async () => {
    const plain = await pool.mint({});
    expect([(await get('admins', plain)).status, (await get('talkers', plain)).status]).toEqual([403, 403]);
    expect((await get('admins', await pool.mint({ groups: ['admins'] }))).status).toBe(200);
    expect((await get('talkers', await pool.mint({ claims: { scope: 'openid talk' } }))).status).toBe(200);
  });

  it('a guest is nobody where none are known', async () => {
    const answer = await fetch(`${url}/guests`, { headers: { authorization: 'Guest g1.x' } });
    expect(answer.status).toBe(401);
    expect((await get('guests', await pool.mint({}))).status).toBe(200);
  });

  it('every attack is refused and no handler hears of it', async () => {
    const statuses = new Set<number>();
    for (const attack of ATTACKS) statuses.add((await get('closed', await attack.token(pool))).status);
    // 429 above the limit of one address, and what no HTTP parser lets through.
    expect([...statuses].every((status) => [400, 401, 429, 431].includes(status))).toBe(true);
    expect(seen).toEqual([]);
  });

  it('says nothing of a token in its answer', async () => {
    const token = await pool.mint({ expiresInS: -60 });
    expect(await (await get('closed', token)).text()).not.toContain(token.slice(0, 20));
  });
});

describe('options that are made from other providers', () => {
  const CLIENTS = Symbol('clients');
  const start = async (pool: TestPool, clientIds: string[]) => {
    @Module({ providers: [{ provide: CLIENTS, useValue: clientIds }], exports: [CLIENTS] })
    class ConfigModule {}
    const auth = AuthModule.forRootAsync({
      imports: [ConfigModule],
      inject: [CLIENTS],
      useFactory: (ids: string[]) => ({
        issuer: pool.issuer,
        clientIds: ids,
        allowedOrigins: [ORIGIN],
        sessions: memorySessions(),
      }),
    });
    @Module({ imports: [auth], controllers: [Routes] })
    class AppModule {}
    const app = await NestFactory.create(AppModule as Type, { logger: false, abortOnError: false });
    await app.listen(0, '127.0.0.1');
    return app;
  };

  it('guard alike, and are checked alike', async () => {
    const pool = await startTestPool();
    const app = await start(pool, [pool.clientId]);
    const url = `${(await app.getUrl()).replace('[::1]', '127.0.0.1')}/closed`;
    expect((await fetch(url)).status).toBe(401);
    const headers = { authorization: `Bearer ${await pool.mint()}` };
    expect((await fetch(url, { headers })).status).toBe(200);
    await app.close();
    await expect(start(pool, [])).rejects.toThrow('AuthModule is not configured rightly');
    await pool.close();
  });
});
