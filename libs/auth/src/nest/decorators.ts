import { SetMetadata, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { TicketAudience } from '@parley/protocol';
import type { Principal, TokenUse } from '../domain/principal';

export const PUBLIC = 'parley:public';
export const ROLES = 'parley:roles';
export const GUESTS = 'parley:guests';
export const BANNED = 'parley:banned';
export const SCOPES = 'parley:scopes';
export const SOCKET_ACCESS = 'parley:socket-access';

/** Opens a route, a controller or a gateway to everybody. Without a mark everything is closed. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Admits guests too. Whoever brings nothing at all is no guest yet and is refused. */
export const AllowGuests = (allow = true) => SetMetadata(GUESTS, allow);

/** Admits those too who are banned: for what is everybody's to ask, whatever he did. */
export const AllowBanned = () => SetMetadata(BANNED, true);

/** Admits members of any of these groups only. */
export const Roles = (...groups: string[]) => SetMetadata(ROLES, groups);

/** Admits access tokens that carry all of these scopes only. */
export const Scopes = (...scopes: string[]) => SetMetadata(SCOPES, scopes);

/** What opens a gateway's path besides an access token. */
export interface SocketAccessOptions {
  /** Tickets of this audience open it. */
  audience?: TicketAudience;
  /** Which tokens open it; access tokens when left out. */
  uses?: readonly TokenUse[];
}

/** Says on a gateway what else opens its path. */
export const SocketAccess = (options: SocketAccessOptions) => SetMetadata(SOCKET_ACCESS, options);

/** The principal of a request or of a socket's connection. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext) => principalIn(context));

/** A request or a connection after it was authenticated. */
export interface Authenticated {
  principal?: Principal;
}

export function principalIn(context: ExecutionContext): Principal | undefined {
  return context.getType() === 'ws'
    ? context.switchToWs().getClient<Authenticated>().principal
    : context.switchToHttp().getRequest<Authenticated>().principal;
}

/** Who a route is open to, as its marks say; for documents about it. The guard decides by the same marks. */
export function accessOf(controller: object, handler: object): 'public' | 'users' | 'guests' {
  const mark = (name: string): unknown => Reflect.getMetadata(name, handler) ?? Reflect.getMetadata(name, controller);
  if (mark(PUBLIC)) return 'public';
  return mark(GUESTS) === true ? 'guests' : 'users';
}
