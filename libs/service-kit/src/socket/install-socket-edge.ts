import type { INestApplication, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import {
  Authenticator,
  BannedList,
  OpenConnections,
  SignedOutList,
  socketPolicyOf,
  type SocketPolicy,
} from '@parley/auth';
import { SocketEdgeAdapter, type SocketEdgeOptions } from './socket-edge.adapter';
import { SocketErrorFilter } from './socket-error.filter';

// Names under which Nest keeps what @WebSocketGateway() and @UseFilters() say; it exports neither.
const GATEWAY = 'websockets:is_gateway';
const GATEWAY_OPTIONS = 'websockets:gateway_options';
const FILTERS = '__exceptionFilters__';

/**
 * Puts the socket edge before an application's gateways: each path gets the policy of its gateway's marks, and each gateway
 * the filter that answers errors (Nest applies global guards to gateways, but not global filters).
 * Call it before `listen`.
 */
export function installSocketEdge(
  app: INestApplication,
  options: Pick<SocketEdgeOptions, 'logger' | 'readiness' | 'fence' | 'life'>,
): SocketEdgeAdapter {
  const policies = new Map<string, SocketPolicy>();
  const filter = new SocketErrorFilter(options.logger);
  for (const gateway of gatewaysOf(app)) {
    const { path = '/' } = (Reflect.getMetadata(GATEWAY_OPTIONS, gateway) ?? {}) as { path?: string };
    policies.set(path, socketPolicyOf(gateway));
    const own = (Reflect.getMetadata(FILTERS, gateway) ?? []) as unknown[];
    // The last matching filter wins in Nest: the gateway's own ones come after ours.
    if (!own.some((known) => known instanceof SocketErrorFilter))
      Reflect.defineMetadata(FILTERS, [filter, ...own], gateway);
  }
  const adapter = new SocketEdgeAdapter(app, {
    ...options,
    policies,
    authenticator: app.get(Authenticator, { strict: false }),
    signedOut: app.get(SignedOutList, { strict: false }),
    banned: app.get(BannedList, { strict: false }),
    connections: app.get(OpenConnections, { strict: false }),
  });
  app.useWebSocketAdapter(adapter);
  return adapter;
}

function gatewaysOf(app: INestApplication): Type<unknown>[] {
  const modules = [...app.get(ModulesContainer).values()];
  return modules
    .flatMap(({ providers }) => [...providers.values()])
    .map(({ metatype }) => metatype as Type<unknown> | null)
    .filter(
      (metatype): metatype is Type<unknown> =>
        typeof metatype === 'function' && Reflect.getMetadata(GATEWAY, metatype) === true,
    );
}
