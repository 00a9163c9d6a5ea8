import type { BedrockOptions } from '@parley/aws-sim';
import { LIMITS } from '@parley/protocol';
import { createLogger, readConfig, startService, type RunningService } from '@parley/service-kit';
import { LogCapture } from '@parley/service-kit/testing';
import { Registry } from 'prom-client';
import { AppModule } from '../app.module';
import { chatConfigSchema } from '../config';
import { startWorld, type World } from './world';

export { GUEST_KEY, ORIGIN, PARTNER, REDIRECT_URI } from './world';

/** A request as a demo user. */
export type Ask = (path: string, init?: RequestInit) => Promise<Response>;

/** The chat service as it is deployed, on a free port of loopback. */
export interface Replica {
  service: RunningService;
  logs: LogCapture;
  url: string;
  /** What `/metrics` tells. */
  metrics(): Promise<string>;
  as(user: string): Ask;
}

/** A replica alone with the simulators. */
export interface ChatUnderTest extends Replica, Omit<World, 'environment'> {}

export async function startReplica(world: World, more: Record<string, string> = {}): Promise<Replica> {
  const config = await readConfig(chatConfigSchema, { ...world.environment, ...more });
  const logs = new LogCapture();
  const logger = createLogger({ name: 'chat-service', level: 'trace', destination: logs });
  const metrics = new Registry();
  const service = await startService({
    name: 'chat-service',
    module: AppModule.with(config, logger, metrics),
    config,
    logger,
    metrics,
    bodyLimits: [{ path: '/api/chat', bytes: LIMITS.chatBody }],
  });
  const url = `http://127.0.0.1:${service.port}`;
  return { service, logs, url, metrics: () => metrics.metrics(), as: (user) => asker(world, url, user) };
}

export async function startChat(
  options: BedrockOptions = {},
  more: Record<string, string> = {},
): Promise<ChatUnderTest> {
  const world = await startWorld(options);
  const replica = await startReplica(world, more);
  return {
    ...world,
    ...replica,
    async close() {
      await replica.service.stop();
      await world.close();
    },
  };
}

export const asker =
  ({ issuer }: Pick<World, 'issuer'>, url: string, user: string): Ask =>
  async (path, init) =>
    bearing(url, await issuer.mint(user))(path, init);

/** A request with a token that is there already. */
export const bearing =
  (url: string, token: string): Ask =>
  async (path, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    if (init.body) headers.set('content-type', 'application/json');
    return fetch(url + path, { ...init, headers });
  };
