/** The version of every Parley wire; also the WebSocket subprotocol that the server selects. */
export const PROTOCOL_VERSION = 'parley.v1';

/** Subprotocols that carry a credential start with one of these; they are read and never echoed. */
export const BEARER_SUBPROTOCOL = 'bearer.';
export const GUEST_SUBPROTOCOL = 'guest.';
