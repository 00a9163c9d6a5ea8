export type { Principal, TokenUse } from './domain/principal';
export type { TokenRules, TokenVerifier } from './domain/token-verifier';
export { TICKET_LIFETIME_MS, type TicketContent, type TicketStore } from './domain/tickets';
export type { ConnectionRegistry, LiveConnection, LiveProcess } from './domain/connection-registry';
export { OpenConnections } from './domain/open-connections';
export { DynamoConnectionRegistry } from './dynamodb/connection-registry';
export type { DisplayNames } from './domain/display-names';
export type { Consents } from './domain/consents';
export { DynamoConsents } from './dynamodb/consents';
export { SignedOutList } from './domain/signed-out-list';
export { BannedList } from './domain/banned-list';
export type { Ban, Bans } from './domain/bans';
export type { SignOut, SignOutHint, SignOutLog } from './domain/sign-outs';
export { withoutCredentials } from './domain/credential';
export type { Place } from './domain/connection-limits';
export { clientAddress } from './domain/client-address';
export { CachingTokenVerifier } from './domain/caching-token-verifier';
export { KeySet, type KeyFetch, type KeySetOptions, type KeySetState } from './passport/key-set';
export { PassportTokenVerifier } from './passport/passport-token-verifier';
export { DynamoTicketStore } from './dynamodb/ticket-store';
export { DynamoBans } from './dynamodb/bans';
export { DynamoSignOutLog } from './dynamodb/sign-out-log';
export { memorySessions } from './memory/index';
export { GUEST_COOKIE, readSessionCookie, sessionCookie, type SessionCookie } from './http/session-cookies';
export { DynamoDisplayNames } from './dynamodb/display-names';
export { AuthModule, type AuthAsyncOptions } from './nest/auth.module';
export type { AuthDecision, AuthOptions, GuestOptions, SessionStores, SessionTable } from './nest/auth-options';
export { Guests, type FoundGuest } from './nest/guests';
export { Authenticator } from './nest/authenticator';
export type { Admission, SocketAdmission, SocketPolicy } from './nest/admission';
export {
  AllowBanned,
  AllowGuests,
  CurrentPrincipal,
  Public,
  Roles,
  Scopes,
  SocketAccess,
  accessOf,
  type SocketAccessOptions,
} from './nest/decorators';
export { CsrfGuard } from './nest/csrf.guard';
export { socketPolicyOf } from './nest/socket-policy';
export {
  AUTH_OPTIONS,
  CONNECTION_REGISTRY,
  CONSENTS,
  DISPLAY_NAMES,
  TICKET_STORE,
  TOKEN_VERIFIER,
} from './nest/tokens';
