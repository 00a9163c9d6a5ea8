import type { Type } from '@nestjs/common';
import type { SocketPolicy } from './admission';
import { GUESTS, PUBLIC, ROLES, SCOPES, SOCKET_ACCESS, type SocketAccessOptions } from './decorators';

/** The policy of a gateway's path, from the marks on its class. No mark: closed. */
export function socketPolicyOf(gateway: Type<unknown>): SocketPolicy {
  const roles = Reflect.getMetadata(ROLES, gateway) as string[] | undefined;
  const scopes = Reflect.getMetadata(SCOPES, gateway) as string[] | undefined;
  return {
    public: Reflect.getMetadata(PUBLIC, gateway) === true,
    guests: Reflect.getMetadata(GUESTS, gateway) === true,
    ...(roles ? { roles } : {}),
    ...(scopes ? { scopes } : {}),
    ...(Reflect.getMetadata(SOCKET_ACCESS, gateway) as SocketAccessOptions | undefined),
  };
}
