import type { Principal } from './principal';

/** What a mark asks for: one of the groups, and all of the scopes. */
export interface RequiredRights {
  roles?: readonly string[] | undefined;
  scopes?: readonly string[] | undefined;
}

export const hasRights = (principal: Principal, { roles, scopes }: RequiredRights): boolean =>
  (roles?.some((role) => principal.groups.includes(role)) ?? true) &&
  (scopes?.every((scope) => principal.scopes?.includes(scope)) ?? true);
