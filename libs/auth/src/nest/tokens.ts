/** Injection tokens of the ports. */
export const TOKEN_VERIFIER = Symbol('parley:token-verifier');
export const TICKET_STORE = Symbol('parley:ticket-store');
export const DISPLAY_NAMES = Symbol('parley:display-names');
