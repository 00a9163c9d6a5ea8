import { CloseCode, type ErrorKind, type SocketPhase } from './kinds';

/** One row of the table of codes. `status` and `close` are given only where the kind's default is not meant. */
export interface CodeEntry {
  kind: ErrorKind;
  /** For people, and the reason of the close frame where there is one (at most 123 bytes). */
  message: string;
  status?: number;
  close?: Partial<Record<SocketPhase, CloseCode>>;
}

const denied401 = { kind: 'denied', status: 401, close: { open: CloseCode.tokenExpired } } as const;

/**
 * Every code that may leave a Parley service. Codes are stable: a front end may branch on them. Adding one is a row here
 * and a row in docs/protocol.md (a test compares the two).
 */
export const ERROR_CODES = {
  missing_token: { ...denied401, message: 'Missing authentication token' },
  invalid_token: { ...denied401, message: 'Invalid authentication token' },
  guests_not_admitted: { ...denied401, message: 'Guests are not admitted here' },
  token_refused: { ...denied401, message: 'The session cannot be renewed; sign in again' },
  token_expired: { ...denied401, message: 'Token expired' },
  forbidden: { kind: 'denied', close: { handshake: CloseCode.forbidden }, message: 'This is not allowed for you' },
  banned: { kind: 'denied', close: { handshake: CloseCode.forbidden }, message: 'You may no longer take part here' },
  origin_not_verified: { kind: 'denied', message: 'This did not come through the edge' },
  origin_not_allowed: { kind: 'denied', message: 'This origin is not allowed' },
  json_required: { kind: 'denied', message: 'Send this request as application/json' },

  invalid_body: { kind: 'invalid', message: 'The request is not valid' },
  invalid_frame: { kind: 'invalid', message: 'The frame is not valid' },
  unknown_event: { kind: 'invalid', message: 'This event is not known here' },
  part_not_supported: { kind: 'invalid', message: 'A part of this message is of a type that is not supported yet' },
  audio_dropped: { kind: 'invalid', message: 'Audio came faster than it can be heard; some was dropped' },
  not_found: { kind: 'invalid', status: 404, message: 'There is nothing here' },
  conversation_not_found: { kind: 'invalid', status: 404, message: 'There is no such conversation' },
  assistant_not_found: { kind: 'invalid', status: 404, message: 'There is no such assistant' },
  generation_running: {
    kind: 'invalid',
    status: 409,
    message: 'An answer is already being written in this conversation',
  },
  conversation_archived: { kind: 'invalid', status: 409, message: 'Nothing more can be said in this room' },
  conflict: { kind: 'invalid', status: 409, message: 'This was changed by somebody else meanwhile' },
  too_large: {
    kind: 'invalid',
    status: 413,
    close: { handshake: CloseCode.tooBig, open: CloseCode.tooBig },
    message: 'This is too large',
  },

  too_many_requests: {
    kind: 'unavailable',
    status: 429,
    close: { open: CloseCode.tooFast },
    message: 'Too many requests; try again later',
  },
  too_many_connections: {
    kind: 'unavailable',
    status: 429,
    close: { handshake: CloseCode.tooFast, open: CloseCode.tooFast },
    message: 'Too many connections are open already',
  },
  too_fast: { kind: 'unavailable', status: 429, close: { open: CloseCode.tooFast }, message: 'Frames come too fast' },
  assistant_off: { kind: 'unavailable', message: 'This assistant is switched off' },
  budget_reached: { kind: 'unavailable', message: 'The budget for today is used up' },
  signing_keys_unavailable: { kind: 'unavailable', message: 'Sign-in keys cannot be read right now' },
  identity_unavailable: { kind: 'unavailable', message: 'The sign-in service does not answer right now' },
  store_unavailable: { kind: 'unavailable', message: 'Conversations cannot be read or written right now' },
  model_unavailable: { kind: 'unavailable', message: 'The model cannot answer right now' },
  model_timeout: { kind: 'unavailable', message: 'The model took too long to answer' },
  answer_interrupted: { kind: 'unavailable', message: 'The answer broke off; what there is of it was kept' },
  at_capacity: { kind: 'unavailable', message: 'All lines are busy; try again shortly' },
  restarting: {
    kind: 'unavailable',
    close: { handshake: CloseCode.restarting, open: CloseCode.restarting },
    message: 'The service is restarting; connect again',
  },

  internal: { kind: 'fault', message: 'Something went wrong on our side' },
} as const satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;
