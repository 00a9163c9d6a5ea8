/**
 * Who has to act decides the kind of an error: the caller mends the input (`invalid`), the caller gets another token or
 * right (`denied`), everybody waits (`unavailable`), or we mend a bug (`fault`).
 */
export type ErrorKind = 'invalid' | 'denied' | 'unavailable' | 'fault';

/** A socket's life as far as errors go: before its first frame was read, and after. */
export type SocketPhase = 'handshake' | 'open';

/** Close codes that Parley's sockets use, with their meaning on this wire (RFC 6455 7.4 and the private range). */
export const CloseCode = {
  done: 1000,
  invalidData: 1007,
  refused: 1008,
  tooBig: 1009,
  fault: 1011,
  restarting: 1012,
  tryLater: 1013,
  tokenExpired: 4401,
  forbidden: 4403,
  idle: 4408,
  replaced: 4409,
  tooFast: 4429,
} as const;
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

interface Mapping {
  status: number;
  close: Record<SocketPhase, CloseCode>;
}

const byKind: Record<ErrorKind, Mapping> = {
  invalid: { status: 400, close: { handshake: CloseCode.refused, open: CloseCode.invalidData } },
  denied: { status: 403, close: { handshake: CloseCode.refused, open: CloseCode.forbidden } },
  unavailable: { status: 503, close: { handshake: CloseCode.tryLater, open: CloseCode.tryLater } },
  fault: { status: 500, close: { handshake: CloseCode.fault, open: CloseCode.fault } },
};

/** What a kind maps to where its code says nothing else. */
export const mappingOfKind = (kind: ErrorKind): Mapping => byKind[kind];
