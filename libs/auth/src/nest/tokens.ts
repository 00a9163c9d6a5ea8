/** Injection tokens: the module's options, and the ports. */
export const AUTH_OPTIONS = Symbol('parley:auth-options');
export const TOKEN_VERIFIER = Symbol('parley:token-verifier');
export const TICKET_STORE = Symbol('parley:ticket-store');
export const DISPLAY_NAMES = Symbol('parley:display-names');
export const CONSENTS = Symbol('parley:consents');
export const CONNECTION_REGISTRY = Symbol('parley:connection-registry');
export const SESSION_STORES = Symbol('parley:session-stores');
